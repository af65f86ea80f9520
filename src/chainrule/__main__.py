"""`python -m chainrule`: the command, where its name is not on the path."""

from .apps.cli import main

if __name__ == "__main__":
    main()
