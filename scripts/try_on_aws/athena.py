"""Athena: workgroups of each kind, and a table over some objects of the trial's own bucket."""

import gzip
import json
import os
import secrets
import shutil
import subprocess
from pathlib import Path

from try_on_aws.buckets import empty_bucket, make_bucket
from try_on_aws.roles import drop_role, taken
from try_on_aws.trial import Json, Seen, Trial, code_of, words_of

ROOT = Path(__file__).parent.parent.parent
MOST_BYTES = 262_144
# The least that a workgroup takes for a limit, and what crosses it.
# https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroupConfiguration.html
# A query may end before Athena has looked at what it scanned: it is to take some seconds.
CUTOFF, TOO_LARGE, COPIES = 10_000_000, 11_000_000, 8
CODES = ("TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND", "EntityNotFoundException")
ONE = "SELECT 'x' AS one, CAST(NULL AS varchar) AS nothing"
# Of the sample, which is invented, one region: five dozen files.
SAMPLE = ROOT / "examples/sample-logs"
ONE_REGION = SAMPLE / "AWSLogs/111122223333/BedrockModelInvocationLogs/us-west-2"
# All of it: some of its files lie more than three hours after their records.
ASKED = (
    "breakdown",
    "--by",
    "model,day,principal",
    "--json",
    "--no-ledger",
    "--price-list",
    "off",
    "--to",
    "2026-11-02",
)
LINES = [{"requestId": "r1", "meta": {"Team": "x"}, "body": '{"K":1}'}]


class Place:
    """Buckets, a database and workgroups of one check's own: AWS may not give a bucket's name out again for a while."""

    def __init__(self, trial: Trial, of: str) -> None:
        self.trial, self.name = trial, f"{trial.name}-{of}"
        self.bucket = self.name
        # Whose objects nobody may read.
        self.shut = f"{self.name}-shut"
        self.database = self.name.replace("-", "_")
        self.results = f"s3://{self.bucket}/results/"
        self.groups = {
            "plain": {"ResultConfiguration": {"OutputLocation": self.results}, "EnforceWorkGroupConfiguration": False},
            "cut": {"ResultConfiguration": {"OutputLocation": self.results}, "BytesScannedCutoffPerQuery": CUTOFF},
            "enforced": {
                "ResultConfiguration": {"OutputLocation": f"s3://{self.bucket}/enforced/"},
                "EnforceWorkGroupConfiguration": True,
            },
            "nowhere": {"EnforceWorkGroupConfiguration": False},
            "managed": {"ManagedQueryResultsConfiguration": {"Enabled": True}},
        }

    def group(self, kind: str) -> str:
        """The name of one of them."""
        return f"{self.name}-{kind}"

    def make(self) -> None:
        """All but the tables."""
        for bucket in (self.bucket, self.shut):
            make_bucket(self.trial, bucket)
        # One that cannot be made is missed by its queries, which tell that.
        made = {
            kind: self.trial.ask("athena", "create_work_group", Name=self.group(kind), Configuration=configuration)
            for kind, configuration in self.groups.items()
        }
        self.trial.keep("workgroups", {kind: answer for kind, answer in made.items() if "code" in answer})

    def put(self, key: str, body: bytes, bucket: str | None = None) -> int:
        """An object; its size."""
        self.trial.call("s3", "put_object", Bucket=bucket or self.bucket, Key=key, Body=body)
        return len(body)

    def start(self, sql: str, kind: str = "plain", **given: object) -> Json:
        """StartQueryExecution."""
        return self.trial.ask(
            "athena", "start_query_execution", **{"QueryString": sql, "WorkGroup": self.group(kind), **given}
        )

    def run(self, sql: str, kind: str = "plain", **given: object) -> Json:
        """`state`, `reason`, `bytes`, `place` and `rows`; or how it was refused."""
        started = self.start(sql, kind, **given)
        if "code" in started:
            return started
        query = {"QueryExecutionId": started["QueryExecutionId"]}
        return self.trial.wait("a query", lambda: self._ended(query))  # type: ignore[no-any-return]

    def _ended(self, query: Json) -> Json | None:
        told = self.trial.call("athena", "get_query_execution", **query)["QueryExecution"]
        status = told["Status"]
        if status["State"] in ("QUEUED", "RUNNING"):
            return None
        done = status["State"] == "SUCCEEDED"
        rows = self.trial.call("athena", "get_query_results", **query)["ResultSet"]["Rows"] if done else []
        return {
            "state": status["State"],
            "reason": status.get("StateChangeReason", ""),
            "bytes": told.get("Statistics", {}).get("DataScannedInBytes"),
            "place": told.get("ResultConfiguration", {}).get("OutputLocation", ""),
            "rows": [[cell.get("VarCharValue") for cell in row.get("Data", [])] for row in rows],
            "raw": rows,
        }

    def value(self, sql: str) -> object:
        """The rows below the names; of a query that did not come through, how it ended."""
        found = self.run(sql)
        if found.get("rows"):
            return found["rows"][1:]
        self.trial.keep(sql, found)
        return found.get("state", code_of(found))

    def failure(self, sql: str, *words: str, kind: str = "plain") -> list[Json]:
        """How a query ends that does not come through, which of our words AWS uses, and what it says."""
        found = self.run(sql, kind)
        said = f"{found.get('reason', '')} {found.get('words', '')}".strip()
        return [{"ended": found.get("state", code_of(found)), "words": words_of(said, *words), "said": said}]

    def select(self, table: str, what: str = "count(*)", where: str = "") -> str:
        """A query of one of its tables."""
        return f"SELECT {what} FROM {self.database}.{table} {where}"  # noqa: S608 - all of it is ours


def check(trial: Trial) -> Seen:
    """What Athena makes of workgroups and places for results."""
    place = Place(trial, "athena")
    place.make()
    return _of_workgroups(place)


def scans(trial: Trial) -> Seen:
    """What it reads of tables over objects of a few kilobytes, and how it fails; one table has 90 MB."""
    place = Place(trial, "scans")
    place.make()
    return {**_of_tables(place), **_of_failures(place)}


def gone(trial: Trial, of: str) -> None:
    """Delete what one of these makes."""
    place = Place(trial, of)
    for kind in place.groups:
        trial.drop("athena", "delete_work_group", WorkGroup=place.group(kind), RecursiveDeleteOption=True)
    drop_role(trial, "athena")
    for table in ("logs", "parts", "damaged", "denied", "big", "sample"):
        trial.drop("glue", "delete_table", DatabaseName=place.database, Name=table)
    trial.drop("glue", "delete_database", Name=place.database)
    empty_bucket(trial, place.bucket)
    empty_bucket(trial, place.shut)


def _of_workgroups(place: Place) -> Seen:
    trial = place.trial
    token = secrets.token_hex(32)
    twice = [place.start(ONE, ClientRequestToken=token).get("QueryExecutionId") for _ in range(2)]
    elsewhere = {"ResultConfiguration": {"OutputLocation": f"s3://{place.bucket}/elsewhere/"}}
    missing, nowhere = place.start(ONE, "none"), place.start(ONE, "nowhere")
    managed = place.start(ONE, "managed", **elsewhere)
    enforced = place.run(ONE, "enforced", **elsewhere)
    one = place.run(ONE)
    for line, said in (("refusedWorkGroup", [missing, nowhere]), ("managedWords", managed), ("headerRow", one)):
        trial.keep(line, said)
    # A comment of any length changes nothing of a query.
    long = ["SELECT 1 --".ljust(MOST_BYTES, "x"), "SELECT 1 --".ljust(MOST_BYTES + 1, "x")]
    # As many bytes as that has, in fewer characters.
    wide = "SELECT 1 --".ljust(MOST_BYTES // 2 + 6, "é")
    return {
        "sameToken": twice[0] is not None and twice[0] == twice[1],
        "refusedWorkGroup": [
            *(code_of(missing), words_of(str(missing), "WorkGroup is not found")),
            *(code_of(nowhere), words_of(str(nowhere), "No output location provided")),
        ],
        "managedWords": [code_of(managed), words_of(str(managed), "cannot be set together")],
        "enforcedPlace": enforced.get("place", "").startswith(f"s3://{place.bucket}/enforced/"),
        "headerRow": one.get("raw"),
        "queryBytes": [code_of(place.start(sql)) for sql in (*long, wide)],
    }


def _of_tables(place: Place) -> Seen:
    lines = "\n".join([*(json.dumps(line) for line in LINES), "not json"])
    record = place.put("logs/a.json", lines.encode())
    body = place.put("logs/data/b.json", b'{"requestId":"r2"}\n' * 500)
    part = place.put("parts/one/2026/01/02/00/a.json", b'{"requestId":"r1"}')
    place.put("parts/one/2026/01/02/01/a.json", b'{"requestId":"r2"}' * 9)
    statements = [place.run(statement) for statement in _statements(place)]
    place.trial.keep("statements", [each for each in statements if each.get("state") != "SUCCEEDED"])
    first, last = (f"s3://{place.bucket}/logs/{name}" for name in ("a", "b"))
    in_range = place.select("logs", where=f"""WHERE "$path" BETWEEN '{first}' AND '{last}'""")
    not_like = place.select("logs", where="""WHERE "$path" NOT LIKE '%/data/%'""")
    hour = place.select("parts", where="WHERE part IN ('one') AND log_hour IN ('2026/01/02/00')")
    ranged, negated, named, every = (place.run(sql) for sql in (in_range, not_like, hour, place.select("parts")))
    place.trial.keep("pathPruning", {"range": ranged, "notLike": negated, "objects": [record, body]})
    place.trial.keep("projection", [every, named])
    keys = "requestid, element_at(meta, 'Team'), json_extract_scalar(body, '$.K')"
    return {
        "pathPruning": {
            "range": ranged.get("bytes") == record,
            "notLike": negated.get("bytes") == record + body,
        },
        "caseOfKeys": place.value(place.select("logs", keys, "WHERE requestid = 'r1'")),
        "malformedLines": place.value(place.select("logs", where="WHERE requestid IS NULL")),
        "projection": [every.get("state"), named.get("bytes") == part],
    }


def _of_failures(place: Place) -> Seen:
    """Queries that do not come through, after `_of_tables`: how they end, and which of our words AWS uses."""
    place.put("damaged/a.json.gz", gzip.compress(b'{"requestId":"r1"}' * 500)[:-20])
    place.put("denied/a.json", b'{"requestId":"r1"}', place.shut)
    place.put("big/a.json", b'{"requestId":"r1"}\n' * (TOO_LARGE // 19))
    for copy in range(COPIES - 1):
        source = {"Bucket": place.bucket, "Key": "big/a.json"}
        place.trial.call("s3", "copy_object", Bucket=place.bucket, Key=f"big/{copy}.json", CopySource=source)
    place.trial.call("s3", "put_bucket_policy", Bucket=place.shut, Policy=json.dumps(_denies(place)))
    read = "count(requestid)"
    no_table = place.failure(place.select("nosuch"), *CODES)
    no_database = place.failure("SELECT * FROM nosuch_database.t", *CODES)
    failures = {
        "tableMissing": [*no_table, *no_database],
        "cutOffWords": place.failure(place.select("big", read), "Bytes scanned limit", kind="cut"),
        "deniedWords": place.failure(place.select("denied", read), "PERMISSION_DENIED", "Access Denied"),
        "damagedWords": place.failure(place.select("damaged", read), "HIVE_CURSOR_ERROR", "HIVE_BAD_DATA"),
    }
    for line, found in failures.items():
        place.trial.keep(line, [each["said"] for each in found])
    return {line: [[each["ended"], each["words"]] for each in found] for line, found in failures.items()}


def sample(trial: Trial) -> Seen:
    """The product's own question, of its sample: Athena finds what the parser of files finds, or not."""
    place = Place(trial, "sample")
    place.make()
    for file in sorted(ONE_REGION.rglob("*.gz")):
        place.put(f"sample/{file.relative_to(SAMPLE)}", file.read_bytes())
    source = (
        f"athena:s3://{place.bucket}/sample?region={trial.aws.region}&workgroup={place.group('plain')}"
        f"&table={place.database}.sample&create=yes"
    )
    there, here = _answer(trial, source), _answer(trial, str(ONE_REGION))
    other = [pair for pair in zip(there, here, strict=False) if pair[0] != pair[1]]
    trial.keep("trino", {"athena": len(there), "files": len(here), "differ": other[:9]})
    return {"trino": bool(here) and there == here}


def _answer(trial: Trial, source: str) -> list[Json]:
    node = next(
        path for path in (ROOT / "node_modules/node/bin/node", shutil.which("node")) if path and Path(path).exists()
    )
    env = {**os.environ, **({"AWS_PROFILE": trial.profile} if trial.profile else {})}
    asked = [str(node), str(ROOT / "bin/bedrock-spend.js"), *ASKED, "--source", source]
    ran = subprocess.run(asked, env=env, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise ValueError(f"bedrock-spend: {ran.stderr.strip()[-500:]}")
    # In an order that ties leave open.
    return sorted(json.loads(ran.stdout)["rows"], key=lambda row: json.dumps(row["key"]))


def without_default(trial: Trial) -> Seen:
    """A query of somebody who may do all that it takes, but not read the database `default`."""
    place, aws = Place(trial, "database"), trial.aws
    forbidden = f"arn:{aws.partition}:glue:{aws.region}:{aws.account}:database/default"
    allowed = [
        {"Effect": "Allow", "Action": ["athena:*", "glue:Get*"], "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:*", "Resource": _arns(place)},
        {"Effect": "Deny", "Action": "glue:GetDatabase", "Resource": forbidden},
    ]
    place.make()
    place.put("logs/a.json", b'{"requestId":"r1"}')
    for statement in _statements(place):
        place.run(statement)
    policy = {"Version": "2012-10-17", "Statement": allowed}
    other = taken(trial, "athena", policy, lambda other: "code" not in other.ask("athena", "list_work_groups"))
    found = Place(other, "database").run(place.select("logs"))
    trial.keep("defaultDatabase", found)
    said = f"{found.get('reason', '')} {found.get('words', '')}"
    return {"defaultDatabase": [found.get("state", code_of(found)), words_of(said, "database/default")]}


def _arns(place: Place) -> list[str]:
    bucket = f"arn:{place.trial.aws.partition}:s3:::{place.bucket}"
    return [bucket, f"{bucket}/*"]


def _denies(place: Place) -> Json:
    """Nobody reads its objects, and everybody of the account may still delete them."""
    resource = f"arn:{place.trial.aws.partition}:s3:::{place.shut}/*"
    denied = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [denied]}


def _statements(place: Place) -> list[str]:
    def table(name: str, partitions: str = "", properties: str = "") -> str:
        return (
            f"CREATE EXTERNAL TABLE IF NOT EXISTS {place.database}.{name} "
            f"(requestid string, meta map<string,string>, body string) {partitions} "
            "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('ignore.malformed.json' = 'true', "
            "'case.insensitive' = 'false', 'mapping.requestid' = 'requestId') "
            f"LOCATION 's3://{place.shut if name == 'denied' else place.bucket}/{name}/' {properties}"
        )

    projection = {
        "projection.enabled": "true",
        "projection.part.type": "injected",
        "projection.log_hour.type": "date",
        "projection.log_hour.format": "yyyy/MM/dd/HH",
        "projection.log_hour.range": "2026/01/01/00,NOW",
        "projection.log_hour.interval": "1",
        "projection.log_hour.interval.unit": "HOURS",
        "storage.location.template": f"s3://{place.bucket}/parts/${{part}}/${{log_hour}}/",
    }
    listed = ", ".join(f"'{name}' = '{value}'" for name, value in projection.items())
    parts = table("parts", "PARTITIONED BY (part string, log_hour string)", f"TBLPROPERTIES ({listed})")
    return [f"CREATE DATABASE IF NOT EXISTS {place.database}", *map(table, ("logs", "damaged", "denied", "big")), parts]
