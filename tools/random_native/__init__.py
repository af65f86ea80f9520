"""Random programs for the native executor: a source of chance in, programs, their arguments and verdicts out."""
