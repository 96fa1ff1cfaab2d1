"""`python -m pink_actors.supervisor`: the same as `pink-supervisor`."""

from pink_actors.supervisor.cli import main

if __name__ == "__main__":
    main()
