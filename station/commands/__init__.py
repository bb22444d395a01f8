"""The command line's commands, one module each: `configure(parser)` and `execute(args)`."""
