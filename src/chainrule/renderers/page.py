"""placeholder until the renderers land"""
from typing import Any
class Explanation: ...
def explanation(derivation: Any, readings: Any = (), others: Any = ()) -> Any:
    raise NotImplementedError
