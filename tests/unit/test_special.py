"""Special functions: derivatives against numbers of mpmath (40 digits), the edges, SciPy's own functions, dtypes.

The numbers in POINTS are `mpmath.diff` of the function of the same name in mpmath 1.4.1 at 40 digits; where another
function of mpmath was differentiated it is named beside them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special
from laws.table import numeric_gradient

import chainrule
from chainrule import grad, hessian, jit, jvp, special
from chainrule.errors import ChainruleError, DTypeError, EscapeError, GradientError

INF = float("inf")

POINTS: list[tuple[str, int, tuple[float, ...], float]] = [
    ("gammainc", 0, (0.01, 0.001), -5.957905603446865),
    ("gammainc", 0, (0.5, 1.0), -0.38983726432851057),
    ("gammainc", 0, (2.5, 8.0), -0.010308864177512016),
    ("gammainc", 0, (29.0, 32.0), -0.06114100916941806),
    ("gammainc", 0, (100.0, 110.0), -0.023808656854890385),
    ("gammainc", 0, (1000.0, 990.0), -0.012057749285283054),
    ("gammainc", 1, (0.5, 1.0), 0.20755374871029736),
    ("gammainc", 1, (1000.0, 990.0), 0.012116525387114366),
    ("betainc", 0, (0.01, 2.5, 0.5), -0.11463062178074691),
    ("betainc", 1, (0.01, 2.5, 0.5), 0.0011748274203016262),
    ("betainc", 0, (0.3, 400.0, 0.01), -0.010066132544772914),
    ("betainc", 1, (0.3, 400.0, 0.01), 2.2865605534518197e-05),
    ("betainc", 0, (30.0, 2.5, 0.93), -0.019548171899926234),
    ("betainc", 1, (30.0, 2.5, 0.93), 0.2620755449102954),
    ("betainc", 0, (2.5, 0.3, 0.7), -0.06498178800123186),
    ("betainc", 1, (2.5, 0.3, 0.7), 0.4190604280807551),
    ("gammaln", 0, (-2.5,), 1.103156640645243),
    ("gammaln", 0, (1e-05,), -100000.57719921567),
    ("gammaln", 0, (100000000.0,), 18.420680738952367),
    ("rgamma", 0, (-3.0,), -6.0),
    ("rgamma", 0, (0.0,), 1.0),
    ("rgamma", 0, (-2.5,), 1.1669802856379654),
    ("rgamma", 0, (4.0,), -0.20935294473863342),
    ("betaln", 0, (10000000000.0, 1.0), -1e-10),
    ("betaln", 0, (10000000000.0, 10000000000.0), -0.6931471805849453),
    ("betaln", 0, (0.5, 100000000.0), -20.384190769973788),
    ("betaln", 0, (0.001, 0.001), -500.0016413354569),
    ("polygamma", 1, (2.0, -1.5), 194.59427621918763),
    ("polygamma", 1, (2.0, 0.01), 600000006.2510618),
    ("polygamma", 1, (1.0, -0.999), -2000000000.391615),
    ("hurwitz_zeta", 1, (2.5, 0.3), -170.25664013108073),
    ("hurwitz_zeta", 1, (2.5, 100.0), -1.0125729136592033e-05),
    ("erfcx", 0, (-3.0,), -97237.06150316462),
    ("erfcx", 0, (9.9,), -0.005670519706633622),
    ("erfcx", 0, (100.0,), -5.6410497625993184e-05),
    ("erfcx", 0, (10000.0,), -5.641895750849127e-09),
    ("dawsn", 0, (1.0,), -0.07615901382553684),
    ("dawsn", 0, (-11.0,), -0.004184547610552442),
    ("dawsn", 0, (50.0,), -0.00020012012016830307),
    ("log_ndtr", 0, (-30.0,), 30.033259667433676),
    ("log_ndtr", 0, (3.0,), 0.004437839042125664),
    ("log_ndtr", 0, (8.0,), 5.052271083536895e-15),
    ("erfinv", 0, (0.999,), 198.93951776442475),
    ("jv", 1, (1.5, 3.0), -0.1738509246661701),
    ("jv", 1, (0.0, 0.5), -0.2422684576748739),
    ("y1", 0, (3.3,), 0.1515608038352278),
    ("i1e", 0, (20.0,), -0.002101221407627077),
    ("k1", 0, (0.5,), -4.237301311234267),
    ("spence", 0, (0.99,), -1.0050335853501442),
    ("spence", 0, (1.03,), -0.98529340805148),
    ("ellipk", 0, (-5.0,), 0.04838042193397311),
    ("ellipk", 0, (1e-05,), 0.39270349960941314),
    ("ellipk", 0, (0.9,), 4.7053640076069785),
    ("boxcox", 1, (2.0, 1e-08), 0.2402265080691829),
    ("boxcox", 1, (2.0, -3.0), 0.06834108969889116),
    ("inv_boxcox", 1, (2.0, 1e-08), -14.778111508216089),
    ("inv_boxcox", 1, (2.0, 3.0), -0.23141521149799843),
    ("exprel", 0, (-30.0,), 0.001111111111107888),
    ("exprel", 0, (1e-09,), 0.5000000003333334),
    ("lambertw", 0, (-0.3,), 3.1949625401972974),
    ("lambertw", 0, (100.0,), 0.007719825958844164),
    ("expn", 1, (0.0, 0.5), -3.6391839582758005),
    ("expn", 1, (1.0, 2.0), -0.06766764161830635),
    ("poch", 0, (0.5, 0.25), 0.606777954839933),
    ("binom", 1, (5.5, 0.3), 3.6183912990053497),
    ("pseudo_huber", 0, (1.3, 0.0001), 1.1379153323655444e-17),
]


@pytest.mark.parametrize(("name", "argnum", "point", "expected"), POINTS)
def test_derivatives_are_those_of_mpmath(name: str, argnum: int, point: tuple[float, ...], expected: float) -> None:
    function = getattr(special, name)
    found = grad(lambda x: function(*point[:argnum], x, *point[argnum + 1 :]))(point[argnum])
    assert found == pytest.approx(expected, rel=2e-12)


def test_a_second_derivative_by_the_parameter() -> None:
    """mpmath.diff(lambda a: gammainc(a, 0, 5, regularized=True), 2, 2)"""
    assert grad(grad(special.gammainc))(2.0, 5.0) == pytest.approx(-0.052213228055569744, rel=1e-12)
    mixed = hessian(special.gammainc, (0, 1))(0.5, 0.3)
    assert mixed[0][1] == pytest.approx(mixed[1][0], rel=1e-12)


EDGES: dict[str, tuple[Callable[[Any], Any], float, float, float]] = {
    "log_ndtr far out": (special.log_ndtr, -1e4, -50000010.12927892, 10000.000099999997),
    "expit far left": (special.expit, -1e4, 0.0, 0.0),
    "expit far right": (special.expit, 1e4, 1.0, 0.0),
    "log_expit": (special.log_expit, -1e4, -1e4, 1.0),
    "softplus": (special.softplus, 1e4, 1e4, 1.0),
    "erf far out": (special.erf, 30.0, 1.0, 0.0),
    "logit at 0": (special.logit, 0.0, -INF, INF),
    "logit at 1": (special.logit, 1.0, INF, INF),
    "entr at 0": (special.entr, 0.0, 0.0, INF),
    "xlogy at 0": (lambda y: special.xlogy(0.0, y), 0.0, 0.0, 0.0),
    "xlog1py at 0": (lambda y: special.xlog1py(0.0, y), -1.0, 0.0, 0.0),
    "rel_entr at 0": (lambda y: special.rel_entr(0.0, y), 0.0, 0.0, 0.0),
    "kl_div at 0": (lambda y: special.kl_div(0.0, y), 0.5, 0.5, 1.0),
    "i0e at 0": (special.i0e, 0.0, 1.0, 0.0),
    "j1 at 0": (special.j1, 0.0, 0.0, 0.5),
    "ellipk at 0": (special.ellipk, 0.0, np.pi / 2, np.pi / 8),
    "ellipe at 0": (special.ellipe, 0.0, np.pi / 2, -np.pi / 8),
    "spence at 1": (special.spence, 1.0, 0.0, -1.0),
    "sici at 0": (lambda x: special.sici(x)[0], 0.0, 0.0, 1.0),
    "lambertw at 0": (special.lambertw, 0.0, 0.0, 1.0),
    "gammainc at 0": (lambda a: special.gammainc(a, 0.0), 2.0, 0.0, 0.0),
    "boxcox at 0 by the exponent": (lambda y: special.boxcox(2.0, y), 0.0, np.log(2), np.log(2) ** 2 / 2),
    "boxcox of 0 by the exponent": (lambda y: special.boxcox(0.0, y), 2.0, -0.5, 0.25),
    "huber inside": (lambda r: special.huber(2.0, r), 1.0, 0.5, 1.0),
    "huber outside": (lambda r: special.huber(2.0, r), -5.0, 8.0, -2.0),
    "pseudo_huber far out": (lambda r: special.pseudo_huber(1.0, r), 1e200, 1e200, 1.0),
    "comb beyond": (lambda n: special.comb(n, 5.0), 3.0, 0.0, 0.0),
}


@pytest.mark.parametrize("name", sorted(EDGES))
def test_the_edges(name: str) -> None:
    function, x, value, slope = EDGES[name]
    with np.errstate(all="ignore"):
        assert float(function(np.float64(x))) == pytest.approx(value, rel=1e-14)
        assert grad(function)(x) == pytest.approx(slope, rel=1e-14)
        assert jvp(function, (x,), (1.0,))[1] == pytest.approx(slope, rel=1e-14)


@pytest.mark.parametrize(
    ("function", "where"),
    [
        (lambda v: special.jv(v, 1.0), "jv"), (lambda n: special.polygamma(n, 1.0), "polygamma"),
        (lambda a: special.hyp2f1(a, 1.0, 2.0, 0.5), "hyp2f1"), (special.zeta, "zeta"),
    ],
)  # fmt: skip
def test_a_slope_that_is_not_known_is_refused(function: Callable[[Any], Any], where: str) -> None:
    for mode in (grad(function), lambda x: jvp(function, (x,), (1.0,))):
        with pytest.raises(GradientError, match=f"the derivative of {where} with respect to"):
            mode(2.0)


UFUNCS = [
    "erf",
    "erfc",
    "erfcx",
    "erfi",
    "erfinv",
    "erfcinv",
    "gamma",
    "gammaln",
    "rgamma",
    "psi",
    "digamma",
    "j0",
    "j1",
    "y0",
    "y1",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "k0",
    "k0e",
    "k1",
    "k1e",
    "expit",
    "log_expit",
    "logit",
    "log_ndtr",
    "ndtr",
    "ndtri",
    "entr",
    "exp1",
    "expi",
    "exprel",
    "dawsn",
    "spence",
    "ellipk",
    "ellipe",
    "cbrt",
    "exp2",
    "exp10",
    "expm1",
    "log1p",
    "cosm1",
    "zeta",
    "softplus",
    "lambertw",
]
TWO = [
    "beta",
    "betaln",
    "gammainc",
    "gammaincc",
    "gammaincinv",
    "xlogy",
    "xlog1py",
    "rel_entr",
    "kl_div",
    "huber",
    "pseudo_huber",
    "boxcox",
    "inv_boxcox",
    "poch",
    "binom",
    "jv",
    "iv",
    "ive",
    "kv",
    "yv",
    "powm1",
    "owens_t",
    "zeta",
]


@pytest.mark.parametrize("name", UFUNCS)
def test_functions_of_scipy_may_be_called_on_recorded_values(name: str) -> None:
    theirs = getattr(scipy.special, name)
    x = np.float32(0.375) if name != "zeta" else np.float32(2.5)
    if name == "zeta":
        value = special.zeta(x)
    else:
        value, slope = chainrule.value_and_grad(theirs)(x)
        assert slope == grad(getattr(special, name))(x)
        assert slope.dtype == np.float32
    assert value == pytest.approx(np.real(theirs(x)), rel=1e-6)
    assert value.dtype == np.float32


@pytest.mark.parametrize("name", TWO)
def test_functions_of_two_arguments_too(name: str) -> None:
    theirs, ours = getattr(scipy.special, name), getattr(special, name)
    first = 2.0 if name in ("zeta", "binom") else 1.5
    assert float(ours(first, 0.25)) == pytest.approx(float(theirs(first, 0.25)), rel=1e-14)
    assert grad(lambda y: theirs(first, y))(0.25) == grad(lambda y: ours(first, y))(0.25)
    assert jit(grad(lambda y: theirs(first, y)))(0.25) == pytest.approx(grad(lambda y: ours(first, y))(0.25), rel=1e-14)


DISTRIBUTIONS: dict[str, tuple[float, ...]] = {
    "chdtr": (3.0, 2.5), "chdtrc": (3.0, 2.5), "chdtri": (3.0, 0.4), "gdtr": (2.0, 1.5, 0.7), "gdtrc": (2.0, 1.5, 0.7),
    "fdtr": (3.0, 5.0, 1.2), "fdtrc": (3.0, 5.0, 1.2), "stdtr": (4.5, -1.2), "stdtrit": (4.5, 0.3),
    "ellipkinc": (2.5, 0.6), "ellipeinc": (-2.5, 0.6),
}  # fmt: skip
COUNTS: dict[str, tuple[float, ...]] = {
    "pdtr": (2.0, 1.5), "pdtrc": (2.0, 1.5), "bdtr": (2.0, 5, 0.3), "bdtrc": (2.0, 5, 0.3), "nbdtr": (2, 4, 0.3),
    "nbdtrc": (2, 4, 0.3), "eval_legendre": (4, 0.3), "eval_hermite": (0, 0.3), "eval_chebyt": (1, 0.3),
    "eval_genlaguerre": (3, 0.5, 0.7), "struve": (1.0, 2.0), "jve": (1.5, 2.0), "yve": (1.5, 2.0),
}  # fmt: skip


@pytest.mark.parametrize("name", [*DISTRIBUTIONS, *COUNTS])
def test_functions_of_several_arguments_have_scipys_values_and_their_derivatives(name: str) -> None:
    ours, theirs = getattr(special, name), getattr(scipy.special, name)
    point = (DISTRIBUTIONS | COUNTS)[name]
    assert float(ours(*point)) == pytest.approx(float(theirs(*point)), rel=1e-13)
    for slot in range(len(point)) if name in DISTRIBUTIONS else [len(point) - 1]:

        def along(t: Any, function: Any = ours, slot: int = slot) -> Any:
            return function(*point[:slot], t, *point[slot + 1 :])

        assert grad(along)(point[slot]) == pytest.approx(float(numeric_gradient(along, point[slot])), rel=1e-8)
        assert grad(lambda t, along=along: along(t, theirs))(point[slot]) == grad(along)(point[slot])


def test_the_t_distribution_at_its_middle_and_airy() -> None:
    assert grad(special.stdtr, (0, 1))(5.0, 0.0) == (0.0, pytest.approx(0.3796066898224944, rel=1e-13))
    np.testing.assert_allclose(special.airy(0.7), scipy.special.airy(0.7), rtol=1e-15)
    assert grad(lambda x: special.airy(x)[1])(0.7) == pytest.approx(0.7 * scipy.special.airy(0.7)[0], rel=1e-14)
    assert grad(lambda m: special.ellipkinc(0.5, m))(0.0) == pytest.approx((0.5 - np.sin(1.0) / 2) / 4, rel=1e-13)


@pytest.mark.parametrize("name", ["logsumexp", "softmax", "log_softmax", "multigammaln", "polygamma", "comb"])
def test_functions_of_scipy_that_cannot_be_recorded_name_ours(name: str) -> None:
    theirs = getattr(scipy.special, name)

    def loss(x: Any) -> Any:
        return np.sum(
            theirs(x, 2) if name in ("multigammaln", "comb") else theirs(2, x) if name == "polygamma" else theirs(x)
        )

    with pytest.raises(EscapeError, match=rf"chainrule\.special\.{name}"):
        grad(loss)(np.array([3.0, 4.0]))


X = np.array([[0.3, -0.7, 1.2], [2.0, 0.4, -0.6]])


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 1)])
def test_softmax_and_its_kin_take_the_axes_that_scipy_takes(axis: Any) -> None:
    for name in ("softmax", "log_softmax", "logsumexp"):
        found = getattr(special, name)(X, axis=axis)
        np.testing.assert_allclose(found, getattr(scipy.special, name)(X, axis=axis), rtol=1e-14)
        assert chainrule.check_grads(lambda x, name=name: np.sum(getattr(special, name)(x, axis=axis) ** 2), (X,))


def test_logsumexp_with_weights() -> None:
    b = np.array([[0.5, 0.0, 2.0], [1.0, 3.0, 0.25]])
    found = special.logsumexp(X, axis=1, b=b, keepdims=True)
    np.testing.assert_allclose(found, scipy.special.logsumexp(X, axis=1, b=b, keepdims=True), rtol=1e-14)
    by_weight = grad(lambda w: special.logsumexp(X, b=w))(b)
    np.testing.assert_allclose(by_weight, np.exp(X) / np.sum(b * np.exp(X)), rtol=1e-13)
    by_entry = grad(lambda x: special.logsumexp(x, b=b))(X + 1e4)
    np.testing.assert_allclose(by_entry, b * np.exp(X) / np.sum(b * np.exp(X)), rtol=1e-11)
    size, sign = special.logsumexp(np.array([0.0, 1.0]), b=np.array([1.0, -1.0]), return_sign=True)
    assert (float(size), float(sign)) == (pytest.approx(np.log(np.e - 1)), -1.0)


def test_half_precision_is_computed_in_single_and_returned_in_half() -> None:
    x = np.array([0.5, 1.5], np.float16)
    assert special.gammaln(x).dtype == np.float16
    assert grad(lambda v: np.sum(special.gammaln(v)))(x).dtype == np.float16
    assert special.ndtr(np.array([0, 1])).dtype == np.float64


def test_complex_numbers_are_taken_where_scipy_takes_them_and_refused_elsewhere() -> None:
    z = np.array([0.5 + 0.2j])
    np.testing.assert_array_equal(special.gamma(z), scipy.special.gamma(z))
    with pytest.raises(DTypeError, match="real numbers"):
        special.gammaln(z)


def test_every_public_name_has_help_and_is_listed() -> None:
    for name in special.__all__:
        made = getattr(special, name)
        assert getattr(made, "doc", None) or made.__doc__, name
    assert "special" in dir(chainrule)
    with pytest.raises(ChainruleError):
        grad(lambda x: scipy.special.voigt_profile(x, 1.0, 1.0))(1.0)
