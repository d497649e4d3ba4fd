"""The commands of `chuncheng`, a module each; each reads its arguments, calls one layer and prints."""
