"""The words that carry facts, English first: tables, not code.

One idea: a phrase is a tuple of words in small letters, without hyphens; the longest one that fits counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from .tokens import Kind, Token

_Value = TypeVar("_Value")
Phrases = Mapping[tuple[str, ...], _Value]


def phrases(table: Mapping[str, _Value]) -> dict[tuple[str, ...], _Value]:
    """A table whose keys are phrases written with spaces, several with a bar between them."""
    return {tuple(phrase.split()): value for keys, value in table.items() for phrase in keys.split("|")}


def longest(table: Phrases[_Value], tokens: Sequence[Token], place: int, words: int = 4) -> tuple[_Value, int] | None:
    """The value of the longest phrase that stands at a place, and where it ends."""
    said: list[str] = []
    for token in tokens[place : place + words]:
        if token.kind is not Kind.WORD:
            break
        said.append(token.text)
    for length in range(len(said), 0, -1):
        found = table.get(tuple(said[:length]))
        if found is not None:
            return found, place + length
    return None


TRAITS = phrases({
    "symmetric|symmetrisch|symétrique|simétrica|对称": "symmetric",
    "antisymmetric|skew symmetric|anti symmetric": "antisymmetric",
    "one hot|onehot|one hot encoded|one hot coded|one hot encoding|1 hot": "one-hot",
    "distribution|probability distribution|target distribution|target distributions|probability distributions"
    "|distributions|probability vector|probability vectors": "distribution",
    "positive|strictly positive": "positive",
    "nonnegative|non negative": "nonnegative",
    "negative|strictly negative": "negative",
    "nonzero|non zero": "nonzero",
    "positive definite|spd|symmetric positive definite": "positive definite",
    "positive semidefinite|positive semi definite|psd": "positive semidefinite",
    "square|quadratisch|carrée": "square",
    "orthogonal|unitary": "orthogonal",
    "orthonormal": "orthonormal columns",
    "diagonal": "diagonal",
    "invertible|nonsingular|non singular|regular": "invertible",
    "constant|constants|fixed|held fixed|kept fixed|held constant|kept constant|fixed once drawn|frozen"
    "|not differentiated"
    "|not learned|not trained|not trainable|fest|konstant": "constant",
    "integer|integers|whole number|whole numbers": "integer",
    "binary": "binary",
    "unit vector|unit vectors|unit norm|unit length|normalised to unit length|normalized to unit length": "unit",
    "identity matrix|unit matrix": "identity",
    "lower triangular": "lower triangular",
    "upper triangular": "upper triangular",
})  # fmt: skip

KINDS = phrases({
    "scalar|scalars|number|numbers|real number|real numbers|a number|skalar|skalare|zahl|scalaire|escalar": "scalar",
    "vector|vectors|array of length|vektor|vektoren|vecteur": "vector",
    "column vector|column vectors|spaltenvektor|spaltenvektoren": "column",
    "row vector|row vectors|zeilenvektor|zeilenvektoren": "row",
    "matrix|matrices|weight matrix|weight matrices|data matrix|design matrix|covariance matrix|2d array"
    "|kernel matrix|parameter matrix|mask matrix|target matrix|jacobian matrix|rotation matrix|matrizen|matrice"
    "|matrices|matriz": "matrix",
    "array|tensor|arrays|tensors": "array",
})  # fmt: skip

ROLES = phrases({
    "upstream gradient|upstream gradients|upstream derivative|upstream|incoming gradient|gradient from above"
    "|gradient flowing in|backpropagated gradient|output gradient|gradient at the output": "upstream",
    "gradient|derivative|gradients|derivatives|error signal|error signals|total derivative|adjoint": "derivative",
    "target|targets|label|labels|true label|true labels|ground truth|target value|desired output|true value"
    "|target values|target vector|label vector|correct label|correct labels|ground truth label": "target",
    "prediction|predictions|predicted value|predicted values|predicted output|model output"
    "|network output": "prediction",
    "input|inputs|input vector|input data|data|feature vector|input matrix": "input",
    "output|outputs|output vector": "output",
    "loss|cost|loss function|cost function|objective|error function|total loss": "loss",
    "weight|weights|weight vector|weight matrix|weight matrices": "weight",
    "bias|biases|bias vector|offset|bias term": "bias",
    "learning rate|lernrate|step size|stepsize": "learning rate",
    "logit|logits": "logit",
    "score|scores": "score",
    "pre activation|pre activations|preactivation|preactivations": "pre-activation",
    "activation|activations": "activation",
    "hidden state|hidden states|state": "hidden state",
    "previous state|previous hidden state|previous states|previous cell state|state before"
    "|last state": "previous state",
    "regularisation strength|regularization strength|weight decay|regularisation parameter"
    "|regularization parameter|regularisation coefficient|regularization coefficient": "regularisation",
    "residual|residuals": "residual",
    "mask|masks|dropout mask": "mask",
    "noise": "noise",
    "margin": "margin",
    "parameter|parameters": "parameter",
    "momentum": "momentum",
    "true class|correct class|right class|target class|class label": "class",
    "output layer|last layer|number of the output layer|number of layers": "layer number",
})  # fmt: skip

FUNCTIONS = phrases({
    "sigmoid|logistic|logistic function|sigmoid function|logistic sigmoid|logistic sigmoid function|the logistic"
    "|standard logistic function|logistische funktion": "sigmoid",
    "tanh|hyperbolic tangent|tanh function": "tanh",
    "relu|rectified linear unit|rectifier|rectified linear|relu function|rectified linear function": "relu",
    "softmax|softmax function": "softmax",
    "softplus|softplus function": "softplus",
    "leaky relu": "leaky relu",
    "elu": "elu", "gelu": "gelu", "selu": "selu", "silu|swish": "silu", "hard sigmoid": "hard sigmoid",
    "identity|identity function|identity map": "identity",
    "log softmax": "log softmax",
    "exponential function": "exp",
    "step function|heaviside function|heaviside step function": "step",
    "elementwise nonlinearity|element wise nonlinearity|elementwise function|elementwise activation function"
    "|element wise activation function|entrywise nonlinearity|element wise function|pointwise nonlinearity"
    "|elementwise activation|elementwise non linearity|element wise activation": "elementwise",
})  # fmt: skip
FUNCTION_NOUNS = frozenset({"function", "functions", "activation", "activations", "nonlinearity", "nonlinearities"})

COUNTED = {
    word: kind
    for kind, words in {
        "examples": "examples example datapoints datapoint", "samples": "samples sample observations instances",
        "features": "features feature", "classes": "classes class categories", "steps": "steps step timesteps",
        "units": "units unit neurons neuron", "layers": "layers layer", "rows": "rows row",
        "columns": "columns column", "tokens": "tokens token", "words": "words word", "heads": "heads head",
        "channels": "channels channel",
    }.items()
    for word in words.split()
}  # fmt: skip
EXAMPLES = frozenset(
    {
        "examples", "example", "samples", "sample", "observations", "observation", "instances", "instance", "tokens",
        "token", "datapoints", "datapoint", "points", "point", "inputs", "cases",
    }
)  # fmt: skip
NUMBER_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "zwei": 2,
    "drei": 3, "deux": 2, "trois": 3, "dos": 2, "tres": 3,
}  # fmt: skip

DETERMINERS = frozenset(
    {
        "a", "an", "the", "any", "some", "its", "our", "their", "this", "these", "all", "always", "also", "just",
        "simply", "again", "both", "still", "real", "given", "general", "arbitrary", "usual", "full", "simple",
        "single", "small", "large", "known", "each", "every", "plain", "standard", "corresponding", "random", "ein",
        "eine", "der", "die", "das", "une", "un", "una", "el", "le", "la",
        "treated", "called", "assumed", "considered", "taken",
        "now", "here", "valued", "learnable", "trainable", "learned", "usually", "then", "dense",
    }
)  # fmt: skip
IS = frozenset({"is", "be", "denotes", "means", "being", "represents", "stays", "remains", "designates", "ist", "est",
                "es", "sei", "contains", "holds", "was"})  # fmt: skip
ARE = frozenset({"are", "denote", "mean", "be", "represent", "sind", "sont", "son", "seien", "stay", "remain",
                 "contain",
                 "hold", "being"})  # fmt: skip
NEGATIONS = frozenset({"not", "never", "no", "isn't", "aren't", "nicht", "kein", "keine", "pas", "neither", "nor",
                       "isn’t", "aren’t", "without", "cannot", "n't", "doesn't", "don't"})  # fmt: skip
PREPOSITIONS = frozenset(
    {
        "of", "by", "from", "to", "in", "at", "on", "wrt", "per", "through", "into", "between", "than", "over", "under",
        "via", "after", "before", "using", "about", "like", "along", "against", "onto", "times", "within", "beyond",
        "von", "nach", "de", "du", "des", "par",
    }
)  # fmt: skip
CONDITIONAL = frozenset(
    {"if", "when", "whenever", "wenn", "falls", "si", "unless", "whether", "iff", "provided", "once"}
)
DOUBTFUL = frozenset({"unless", "whether", "would", "were", "could", "might", "should", "may", "need", "only", "almost",
                      "nearly", "sometimes", "usually", "often", "otherwise", "instead", "except", "must",
                      "cannot", "can", "maybe", "perhaps", "mostly"})  # fmt: skip
BOUNDARY = frozenset(
    {
        "and", "so", "but", "hence", "thus", "then", "which", "where", "with", "because", "since", "as", "while",
        "whereas", "throughout", "here", "too", "also", "again", "now", "everywhere", "therefore", "und", "et", "y",
        "we", "mit", "let", "note", "during", "from",
    }
)  # fmt: skip
# The words that a phrase of a description begins with: most words of a text are none.
FIRST = frozenset(phrase[0] for table in (TRAITS, KINDS, ROLES, FUNCTIONS) for phrase in table)
# Words of descriptions: in prose they are no names, even where code has a variable of that name.
SPOKEN = frozenset(word for table in (TRAITS, KINDS, ROLES, FUNCTIONS) for phrase in table for word in phrase)
