"""Why a gradient is what it is: a function and a point in, the step that made it NaN or zero out.

`nans` answers `why_nan`, `zeros` answers `why_zero`; both read one recorded run (`scene`) and the arrows of its walk
back.
"""
