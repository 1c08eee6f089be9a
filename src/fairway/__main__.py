"""`python -m fairway` is the command line."""

from fairway.cli.main import main

main()
