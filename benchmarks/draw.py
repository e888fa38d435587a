#!/usr/bin/env python3
"""draw.py - growth curves as SVG, from the figures that the measuring programs have left.

    draw.py FIGURES.tsv FOLDER

A line of the figures is "series <tab> x <tab> y"; where a point was measured again the last one counts.
Both axes are logarithmic: what grows with its cause is a straight line, what does not is level.
"""
import math
import pathlib
import sys

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 560, 300, 74, 24, 42, 46
COLOURS = ("#1f5f8b", "#b3552b")
PICTURES = {
    "verdict-by-rules": ("One verdict by the rules of the policy", "rules", "ns (p50)", {"verdict by rules": "verdict"}),
    "verdict-by-patients": ("One verdict by the patients that are known", "patients", "ns (p50)",
                            {"verdict by patients": "verdict, 30 rules", "floor by patients": "floor, one rule"}),
    "entries-by-waiting": ("Durable, encrypted entries by how many wait", "waiting", "entries a second", {"entries a second by waiting": "journal"}),
    "proof-by-entries": ("Inclusion proof by the entries of the ledger", "entries", "us (p50)", {"inclusion proof by entries": "proof"}),
    "bytes-a-fact": ("Memory by relation facts", "facts", "bytes a fact", {"bytes a fact": "evidence"}),
}


def read(path):
    series = {}
    for line in pathlib.Path(path).read_text().splitlines():
        name, x, y = line.split("\t")
        series.setdefault(name, {})[float(x)] = float(y)
    return {name: sorted(points.items()) for name, points in series.items()}


def short(value):
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def decades(low, high):
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    return [10.0**n for n in range(first, max(last, first + 1) + 1)]


def draw(title, x_name, y_name, lines):
    xs = decades(min(x for _, points in lines for x, _ in points), max(x for _, points in lines for x, _ in points))
    ys = decades(min(y for _, points in lines for _, y in points), max(y for _, points in lines for _, y in points))

    def at(value, ticks, start, length):
        return start + length * (math.log10(value) - math.log10(ticks[0])) / (math.log10(ticks[-1]) - math.log10(ticks[0]))

    def x_at(value):
        return at(value, xs, LEFT, WIDTH - LEFT - RIGHT)

    def y_at(value):
        return at(value, ys, HEIGHT - BOTTOM, -(HEIGHT - TOP - BOTTOM))

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>', f'<text x="{LEFT}" y="22" font-size="14" font-weight="bold">{title}</text>']
    for tick in xs:
        out.append(f'<line x1="{x_at(tick):.1f}" y1="{TOP}" x2="{x_at(tick):.1f}" y2="{HEIGHT - BOTTOM}" stroke="#dddddd"/>')
        out.append(f'<text x="{x_at(tick):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{short(tick)}</text>')
    for tick in ys:
        out.append(f'<line x1="{LEFT}" y1="{y_at(tick):.1f}" x2="{WIDTH - RIGHT}" y2="{y_at(tick):.1f}" stroke="#dddddd"/>')
        out.append(f'<text x="{LEFT - 6}" y="{y_at(tick) + 4:.1f}" text-anchor="end">{short(tick)}</text>')
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{x_name}</text>')
    out.append(f'<text x="14" y="{(TOP + HEIGHT - BOTTOM) / 2}" text-anchor="middle" transform="rotate(-90 14 {(TOP + HEIGHT - BOTTOM) / 2})">{y_name}</text>')
    for (name, points), colour in zip(lines, COLOURS):
        path = " ".join(f"{x_at(x):.1f},{y_at(y):.1f}" for x, y in points)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for x, y in points:
            out.append(f'<circle cx="{x_at(x):.1f}" cy="{y_at(y):.1f}" r="3" fill="{colour}"/>')
            out.append(f'<text x="{x_at(x):.1f}" y="{y_at(y) - 8:.1f}" text-anchor="middle" font-size="10" fill="{colour}">{short(round(y, 2) if y < 100 else round(y))}</text>')
        out.append(f'<text x="{WIDTH - RIGHT}" y="{22 if colour == COLOURS[0] else 36}" text-anchor="end" fill="{colour}">{name}</text>')
    return "\n".join(out + ["</svg>"]) + "\n"


def main():
    figures, folder = read(sys.argv[1]), pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for name, (title, x_name, y_name, wanted) in PICTURES.items():
        lines = [(told, figures[series]) for series, told in wanted.items() if series in figures]
        if lines:
            (folder / f"{name}.svg").write_text(draw(title, x_name, y_name, lines))


if __name__ == "__main__":
    main()
