"""What `check_grads` is made of: where to look, the differences, the verdict on each, and the report."""
