"""Behind `chainrule check`: files and folders in, reports and an exit code out.

One idea: the arrays of a page of notes are small, so a library that splits each operation among all processors spends
its time on waiting; documents are what is shared out.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # read when NumPy is loaded, which is later
