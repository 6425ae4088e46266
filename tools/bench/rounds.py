"""The rounds: in each, every contender has its turn at every load, so that the machine's drift hits all alike."""

import statistics
from dataclasses import dataclass, field

from tools.bench.contenders import CannotRunError, start
from tools.bench.load import LoadError, take_turn
from tools.bench.workloads import WrongAnswerError, request_of


@dataclass(frozen=True)
class Cell:
    """A load: a workload, how many connections, whether they are kept alive."""

    workload: object
    connections: int
    kept: bool

    @property
    def title(self):
        """For tables."""
        return f"{self.workload.title}, {self.connections} connections {'kept alive' if self.kept else 'anew each'}"


@dataclass
class Results:
    """What was measured: `turns` {Cell: {contender's key: [Turn, None where it failed]}}, and why something was not.

    `reasons` is {(Cell or None, key): text}; None stands for all cells.
    """

    turns: dict = field(default_factory=dict)
    reasons: dict = field(default_factory=dict)

    def of(self, key, workload, connections=16, kept=True):
        """The turns of a contender at a workload's name; an empty list if there are none."""
        for cell, turns in self.turns.items():
            if (cell.workload.name, cell.connections, cell.kept) == (workload, connections, kept):
                return turns.get(key, [])
        return []

    def median(self, cell, key, figure="rate"):
        """The median of a figure over a contender's good turns; None if it had none."""
        values = [getattr(turn, figure) for turn in self.turns[cell].get(key, []) if turn]
        return statistics.median(values) if values else None


def median_ratio(turns, others, figure="rate"):
    """The median over the rounds of one contender's figure to another's; None where no round has both."""
    pairs = [(getattr(turn, figure), getattr(other, figure)) for turn, other in zip(turns, others) if turn and other]
    ratios = [one / other for one, other in pairs if one and other]
    return statistics.median(ratios) if ratios else None


class Bench:
    """Runs the contenders through the cells, `rounds` times. `say(text)` tells of the progress."""

    def __init__(self, contenders, cells, rounds, seconds, say):
        self._contenders = contenders
        self._cells = cells
        self._rounds = rounds
        self._seconds = seconds
        self._say = say
        self._servers = {}  # (key, tls) -> ServerProcess
        self._requests = {}  # (key, workload's name) -> the fields to send
        self.results = Results({cell: {} for cell in cells})

    def run(self):
        """Measure. Returns the Results; after Ctrl-C those that there are."""
        try:
            self._start_all()
            for count in range(self._rounds):
                self._run_round(count)
        except KeyboardInterrupt:
            self._say("interrupted: what follows are the turns so far")
        finally:
            for server in self._servers.values():
                server.stop()
        return self.results

    def _start_all(self):
        for contender in self._contenders:
            for tls in sorted({cell.workload.tls for cell in self._cells if cell.workload.name in contender.can}):
                try:
                    self._servers[contender.key, tls] = start(contender, tls)
                except CannotRunError as error:
                    self._give_up(None, contender, f"{'with TLS: ' if tls else ''}{error}")
        for workload in {cell.workload.name: cell.workload for cell in self._cells}.values():
            for contender in self._contenders:
                self._probe(contender, workload)
        for cell in self._cells:
            for contender in self._contenders:
                if not cell.kept and not contender.closes and cell.workload.name in contender.can:
                    self._give_up(cell, contender, "it keeps every connection")

    def _probe(self, contender, workload):
        """Ask a contender once: it takes part in a workload only if it answers rightly."""
        server = self._servers.get((contender.key, workload.tls))
        if not server or workload.name not in contender.can:
            return
        try:
            fields = request_of(workload, server.port, contender.prefix)
            self._requests[contender.key, workload.name] = fields
        except WrongAnswerError as error:
            for cell in self._cells:
                if cell.workload is workload:
                    self._give_up(cell, contender, str(error))

    def _give_up(self, cell, contender, reason):
        self.results.reasons[cell, contender.key] = reason

    def _run_round(self, count):
        first = count % len(self._contenders)
        order = self._contenders[first:] + self._contenders[:first]  # nobody is always behind the same one
        for cell in self._cells:
            self._say(f"round {count + 1} of {self._rounds}: {cell.title}")
            for contender in order:
                if (contender.key, cell.workload.name) in self._requests:
                    turn = self._take_turn(contender, cell)
                    self.results.turns[cell].setdefault(contender.key, []).append(turn)

    def _take_turn(self, contender, cell):
        if (cell, contender.key) in self.results.reasons:
            return None
        workload = cell.workload
        server = self._servers[contender.key, workload.tls]
        fields = self._requests[contender.key, workload.name]
        path = contender.prefix + workload.path if workload.is_file else workload.path
        try:
            return take_turn(server, workload, path, fields, cell.connections, cell.kept, self._seconds)
        except LoadError as error:
            self._give_up(cell, contender, str(error) if server.is_running else f"the server has ended: {error}")
            return None
