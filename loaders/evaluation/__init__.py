"""How well the readers read: what they found against gold that people wrote.

Gold is a pair of files for each article: NAME.txt (headline, blank line, body) and NAME.json (statements, entities and relations in the
terms of the contract, with `optional` for what may be found or missed and `…_alt` for other right answers).
"""
