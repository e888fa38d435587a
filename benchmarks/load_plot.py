"""load_plot.py - the run of run_load.py as a picture: latency, memory, entries a second over time, in SVG."""
import math

WIDTH, HEIGHT, LEFT, RIGHT, GAP = 960, 190, 70, 190, 44
COLOURS = {"break": "#b3261e", "read": "#1a5fb4", "sign in": "#613583", "search": "#26a269", "bulk facts": "#986a44"}


def buckets(rows, most=240):
    """The rows in at most so many groups of neighbours."""
    size = max(1, math.ceil(len(rows) / most))
    return [rows[i:i + size] for i in range(0, len(rows), size)]


def rank(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(part * len(values)))] if values else None


def text(x, y, what, anchor="start", colour="#222"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{what}</text>'


def line(points, colour, dash=""):
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline fill="none" stroke="{colour}" stroke-width="1.4"{dash} points="{path}"/>'


class Panel:
    def __init__(self, top, title, seconds, low, high, logarithmic=False):
        self.top, self.seconds, self.logarithmic = top, max(1, seconds), logarithmic
        self.low, self.high = low, max(high, low + 1)
        self.out = [text(LEFT, top - 8, title),
                    f'<rect x="{LEFT}" y="{top}" width="{WIDTH - LEFT - RIGHT}" height="{HEIGHT}" fill="none" stroke="#999"/>']
        self.legend = 0

    def scaled(self, value):
        if not self.logarithmic:
            return (value - self.low) / (self.high - self.low)
        return math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)

    def at(self, second, value):
        x = LEFT + (WIDTH - LEFT - RIGHT) * second / self.seconds
        return x, self.top + HEIGHT * (1 - self.scaled(value))

    def steps(self, unit):
        """Marks at round figures, four or so of them."""
        step = 10 ** math.floor(math.log10(self.high))
        step = next(s for s in (step / 5, step / 2, step, 2 * step) if self.high / s <= 6)
        self.marks([step * n for n in range(int(self.high / step) + 1)], unit)

    def marks(self, values, unit):
        for value in values:
            y = self.at(0, value)[1]
            self.out.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
            self.out.append(text(LEFT - 6, y + 4, f"{value:g} {unit}", "end"))

    def times(self):
        for part in range(5):
            second = self.seconds * part / 4
            label = f"{second / 60:g} min" if self.seconds >= 240 else f"{second:g} s"
            self.out.append(text(self.at(second, self.low)[0], self.top + HEIGHT + 16, label, "middle"))

    def draw(self, points, colour, name, dash=""):
        self.out.append(line([self.at(*p) for p in points if p[1] is not None], colour, dash))
        self.legend += 1
        self.out.append(text(WIDTH - RIGHT + 8, self.top + 14 * self.legend, name, colour=colour))


def plot(rows, path):
    seconds, groups = rows[-1]["second"], buckets(rows)
    latency = Panel(30, "latency, p50 (line) and p99 (dashed), logarithmic", seconds, 0.5, 2000, True)
    latency.marks([1, 10, 100, 1000], "ms")
    for kind, colour in COLOURS.items():
        for part, dash in ((0.5, ""), (0.99, ' stroke-dasharray="3 3"')):
            latency.draw([(g[-1]["second"], rank([t for r in g for t in r["times"].get(kind, [])], part)) for g in groups],
                         colour, f"{kind} p{round(100 * part)}", dash)
    most = 1.2 * max(r["rss_kib"] for r in rows) / 1024
    memory = Panel(30 + HEIGHT + GAP, "resident memory of the server", seconds, 0, most)
    memory.steps("MiB")
    memory.draw([(g[-1]["second"], g[-1]["rss_kib"] / 1024) for g in groups], "#222", "memory")
    rates = [(g[-1]["second"], sum(r["entries_a_second"] for r in g) / len(g)) for g in groups]
    most = 1.2 * max(r for _, r in rates)
    entries = Panel(30 + 2 * (HEIGHT + GAP), "entries written durably, a second", seconds, 0, most)
    entries.steps("")
    entries.draw(rates, "#222", "entries/s")
    entries.draw([(g[-1]["second"], g[-1]["errors"]) for g in groups], "#b3261e", "errors so far")
    panels = (latency, memory, entries)
    for each in panels:
        each.times()
    height = 30 + 3 * (HEIGHT + GAP)
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">\n'
                    f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n'
                    + "\n".join(piece for each in panels for piece in each.out) + "\n</svg>\n")
