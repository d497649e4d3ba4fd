"""The pages: each a module that asks, the queries it asks (.rq) and the template that shows the answers."""
