"""CloudWatch Logs: what Logs Insights makes of some events."""

import json
import time
from dataclasses import dataclass

from try_on_aws.trial import Json, Seen, Trial, code_of, words_of

ALL, MOST_EVENTS, MOST_CHARACTERS, PAGE = 10_050, 10_000, 10_000, 10_000
INGESTED_S, METRIC_S, DAY_S = 300, 900, 86_400
WIDE = 250
SIZES = (10_000, 100_000, 240_000)
ID = "req-0123-abcd"

SMALL: tuple[Json, ...] = (
    {"n": 128000000, "a": "x", "input": {"list": [{"v": 128000000}]}, "z": 1, "id": ID},
    {"b": "1.5"},
)
# By line, what is asked of SMALL.
ASKED = {
    "numbers": "stats sum(n) as s",
    "missingIsNotEqual": 'filter ispresent(b) and a != "x" | display b',
    "sumOfNothing": "filter ispresent(a) | stats sum(c) as s, count(*) as n by a",
    "statsOfNothing": 'filter a = "nobody" | stats count(*) as n',
    "jsonNumbers": 'filter a = "x" | fields jsonParse(@message) as j | fields jsonStringify(j.input) as t | display t',
    "jsonKeys": 'filter a = "x" | fields jsonParse(@message) as j | fields jsonStringify(j) as t | display t',
    "concatOfMissing": 'filter a = "x" | fields concat("<", c, ">") as t | display t',
    "textIsNumeric": "stats sum(b) as s",
    "structuresInStats": "fields jsonParse(@message) as j | stats count(*) as n by j.input",
}
TIMES = "filter ispresent(when) | sort @timestamp | display when"
# Of functions, by their names.
FUNCTIONS = {
    "jsonParse": "fields jsonParse(@message) as j | display j.n",
    "if": "fields if(n = 1, 1, 2) as t | display t",
    "case": "fields case(n = 1, 1, 2) as t | display t",
    "coalesce": 'fields coalesce(c, "none") as t | display t',
}


@dataclass(frozen=True)
class Group:
    """A log group of the trial's."""

    trial: Trial
    of: str

    @property
    def named(self) -> Json:
        """As operations name it."""
        return {"logGroupName": f"/{self.trial.name}/{self.of}"}

    def write(self, events: list[tuple[int, str]]) -> None:
        """Make it, and put events into it, each at its millisecond."""
        self.trial.call("logs", "create_log_group", **self.named)
        self.trial.call("logs", "create_log_stream", **self.named, logStreamName="one")
        for start in range(0, len(events), MOST_EVENTS):
            some = [{"timestamp": at, "message": text} for at, text in events[start : start + MOST_EVENTS]]
            self.trial.call("logs", "put_log_events", **self.named, logStreamName="one", logEvents=some)

    def until(self, count: int) -> None:
        """Wait for events to be found."""
        counting = "stats count(*) as n"
        self.trial.wait(f"{count} events", lambda: self.query(counting).get("rows") == [{"n": str(count)}], INGESTED_S)

    def start(self, text: str, start: int | None = None, end: int | None = None, **given: object) -> Json:
        """StartQuery over the last hour, or seconds of one's own."""
        now = round(time.time())
        span = {"startTime": now - 3600 if start is None else start, "endTime": now + 60 if end is None else end}
        return self.trial.ask("logs", "start_query", **{**self.named, **span, "queryString": text, **given})

    def query(self, text: str, start: int | None = None, end: int | None = None) -> Json:
        """Ask, and wait for `status`, `rows` and `bytes`; or how it was refused."""
        started = self.start(text, start, end)
        if "code" in started:
            return started
        return self.trial.wait("a query", lambda: self._ended(started["queryId"]))  # type: ignore[no-any-return]

    def _ended(self, query_id: str) -> Json | None:
        found = self.trial.call("logs", "get_query_results", queryId=query_id)
        if found["status"] in ("Scheduled", "Running"):
            return None
        rows, more = list(found["results"]), found.get("nextToken")
        while more:
            page = self.trial.call("logs", "get_query_results", queryId=query_id, nextToken=more)
            rows, more = rows + page["results"], page.get("nextToken")
        cells = [{cell["field"]: cell.get("value") for cell in row if cell["field"] != "@ptr"} for row in rows]
        return {
            "status": found["status"],
            "rows": cells,
            "pageRows": len(found["results"]),
            "bytes": found["statistics"]["bytesScanned"],
            "id": query_id,
        }

    def outcome(self, text: str) -> object:
        """The rows; of a query that gave none, how it ended."""
        found = self.query(text)
        return found["rows"] if found.get("status") == "Complete" else found.get("status", code_of(found))


def check(trial: Trial) -> Seen:
    """What Logs Insights makes of a few small events."""
    group = Group(trial, "small")
    # A query that ends before its group was made is refused, and events of the next two hours are taken.
    second = round(time.time()) + 20
    at = second * 1000
    timed = [(at, '{"when":"at"}'), (at + 500, '{"when":"within"}'), (at + 1000, '{"when":"after"}')]
    group.write([*((at, json.dumps(event)) for event in SMALL), *timed])
    [stream, *_] = trial.call("logs", "describe_log_streams", **group.named)["logStreams"] or [{}]
    group.until(len(SMALL) + len(timed))
    seen: Seen = {line: group.outcome(text) for line, text in ASKED.items()}
    # Until that second, and from it on.
    before, after = (group.query(TIMES, *span) for span in ((second - 60, second), (second, second + 60)))
    until, since = ([row.get("when") for row in times.get("rows", [])] for times in (before, after))
    trial.keep("endTime", [before, after])
    outside = group.query("fields n", second - 10 * DAY_S, second - 9 * DAY_S)
    ended = group.query("fields n")
    matching = trial.aws.pages("logs", "filter_log_events", "events", **group.named, filterPattern=f'"{ID}"')
    trial.keep("outsideWords", outside)
    return {
        **seen,
        "wholeSeconds": since,
        "endTime": "second" if "within" in until else "instant" if "at" in until else "before",
        "functions": {name: group.query(text).get("status", "refused") for name, text in FUNCTIONS.items()},
        "queryCharacters": [code_of(group.start("fields n".ljust(MOST_CHARACTERS + more))) for more in (0, 1)],
        "branchesOfCase": [group.query(_case(branches)).get("status", "refused") for branches in (10, 11)],
        "refusedBeforeScan": code_of(group.start("fields nosuch(n)")),
        "outsideWords": [code_of(outside), bool(words_of(str(outside), "retention", "creation time"))],
        "stopEnded": code_of(trial.ask("logs", "stop_query", queryId=ended["id"])),
        "patternFindsIds": len(list(matching)),
        # As soon as it is written.
        "lastEventLate": stream.get("lastEventTimestamp") != at + 1000,
        "errorNames": [
            code_of(trial.ask("logs", "get_query_results", queryId="00000000-0000-4000-8000-000000000000")),
            code_of(Group(trial, "none").start("fields n")),
        ],
    }


def _case(branches: int) -> str:
    return f"fields case({', '.join(f'n = {index}, {index}' for index in range(branches))}, 0) as t | display t"


def large(trial: Trial) -> Seen:
    """What it makes of an event of many fields, and of long ones."""
    wide, sizes = Group(trial, "wide"), Group(trial, "sizes")
    now = round(time.time() * 1000)
    fields = {f"f{index}": index for index in range(WIDE)}
    wide.write([(now, json.dumps({**fields, "deep": {"a": [{"b": 1}]}}))])
    sizes.write([(now, json.dumps({"pad": "x" * size, "m": 1})) for size in SIZES])
    wide.until(1)
    sizes.until(len(SIZES))
    last = f"f{WIDE - 1}"
    return {
        "keptFields": wide.outcome(f"display f0, {last}"),
        "jsonParseDepth": wide.outcome(f"fields jsonParse(@message) as j | display j.f0, j.{last}, j.deep.a[0].b"),
        "parseBeyondFields": wide.outcome(f'parse @message /"{last}": (?<found>\\d+)/ | display found'),
        "jsonParseBytes": sizes.outcome("fields jsonParse(@message) as j | filter j.m = 1 | stats count(*) as n"),
    }


def many(trial: Trial) -> Seen:
    """What it gives of ten thousand events."""
    group = Group(trial, "many")
    now = round(time.time() * 1000)
    group.write([(now, f'{{"n":{index}}}') for index in range(ALL)])
    group.until(ALL)
    most = group.query("fields n | limit 20000")
    page = trial.call("logs", "filter_log_events", **group.named)
    return {
        "mostRows": [len(group.query("display n").get("rows", [])), len(most.get("rows", [])), most.get("pageRows")],
        "groupsOfStats": group.outcome("stats count(*) as c by n | stats sum(c) as events, count(*) as groups"),
        "emptyPages": len(page["events"]) <= PAGE and "nextToken" in page,
    }


def gone(trial: Trial) -> None:
    """Delete its groups."""
    for of in ("small", "wide", "sizes", "many", "later"):
        trial.drop("logs", "delete_log_group", **Group(trial, of).named)


def later(trial: Trial) -> Seen:
    """Whether a metric tells the bytes that a query scans; it comes some minutes after the events."""
    group = Group(trial, "later")
    now = round(time.time() * 1000)
    group.write([(now, f'{{"n":{index}}}') for index in range(MOST_EVENTS)])
    group.until(MOST_EVENTS)
    scanned = group.query("stats count(*) as n")["bytes"]
    incoming = trial.wait("the metric IncomingBytes", lambda: _incoming(group), METRIC_S)
    trial.keep("incomingBytes", {"incoming": incoming, "scanned": scanned, "events": MOST_EVENTS})
    return {"incomingBytes": abs(incoming - scanned) < scanned / 100}


def _incoming(group: Group) -> float:
    now = round(time.time())
    answer = group.trial.call(
        "cloudwatch",
        "get_metric_statistics",
        Namespace="AWS/Logs",
        MetricName="IncomingBytes",
        Dimensions=[{"Name": "LogGroupName", "Value": group.named["logGroupName"]}],
        StartTime=now - 3600,
        EndTime=now + 60,
        Period=3600,
        Statistics=["Sum"],
    )
    return float(sum(point["Sum"] for point in answer["Datapoints"]))
