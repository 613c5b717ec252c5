"""折线图：几条曲线写成一张 SVG，两轴都是对数；不用别的库。"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Final

Points = Sequence[tuple[float, float]]

NAMESPACE: Final = "http://www.w3.org/2000/svg"
WIDTH, HEIGHT = 760, 460
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 40, 50
COLOURS: Final = ("#1b6ca8", "#c0392b", "#2e7d32", "#8e44ad", "#b9770e", "#455a64")


class Axis:
    """一轴：取整到十的幂，值换成像素。"""

    def __init__(self, values: Sequence[float], first: float, last: float) -> None:
        self._low, self._high = floor(log10(min(values))), ceil(log10(max(values)))
        self._high = max(self._high, self._low + 1)
        self._first, self._last = first, last

    def at(self, value: float) -> float:
        """像素。"""
        share = (log10(value) - self._low) / (self._high - self._low)
        return self._first + share * (self._last - self._first)

    def ticks(self) -> Iterator[float]:
        """刻度。"""
        yield from (10.0**power for power in range(self._low, self._high + 1))


def chart(title: str, x_name: str, y_name: str, curves: Mapping[str, Points]) -> str:
    """一张图；每条曲线有自己的名称与颜色，点按横轴排好。"""
    points = [point for curve in curves.values() for point in curve]
    x = Axis([point[0] for point in points], LEFT, WIDTH - RIGHT)
    y = Axis([point[1] for point in points], HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="{NAMESPACE}" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        _text(LEFT, 22, title, size=15),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x_name, anchor="middle"),
        _text(LEFT, TOP - 4, y_name),
    ]
    for tick in x.ticks():
        parts += _line(x.at(tick), TOP, x.at(tick), HEIGHT - BOTTOM)
        parts += [_text(x.at(tick), HEIGHT - BOTTOM + 18, f"{tick:,.0f}", anchor="middle")]
    for tick in y.ticks():
        parts += _line(LEFT, y.at(tick), WIDTH - RIGHT, y.at(tick))
        parts += [_text(LEFT - 6, y.at(tick) + 4, f"{tick:,g}", anchor="end")]
    for number, (name, curve) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{x.at(one):.1f},{y.at(other):.1f}" for one, other in curve)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{x.at(one):.1f}" cy="{y.at(other):.1f}" r="3" fill="{colour}"/>'
            for one, other in curve
        ]
        parts.append(_text(WIDTH - RIGHT + 12, TOP + 14 + 20 * number, name, fill=colour))
    return "\n".join([*parts, "</svg>", ""])


def _line(x1: float, y1: float, x2: float, y2: float) -> list[str]:
    return [f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="#ddd"/>']


def _text(
    x: float, y: float, text: str, *, size: int = 12, anchor: str = "start", fill: str = "#222"
) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{fill}"'
    return f"<text {place}>{escape(text)}</text>"
