"""Checks a corpus of keys in parts, compares the keys of different parts, and writes Parquet.

spark-submit job.py PARTS OUT

PARTS is a folder with lists of keys, OUT the folder for the results; every worker sees both under the same name. keycheck
must be on the PATH, here and on the workers.
"""

import os
import pathlib
import shlex
import sys

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as f

OTHER = "array<struct<file: string, line: long, fingerprint: string>>"
FINDING = f"struct<check: string, severity: string, message: string, with: {OTHER}>"
SCHEMA = f"""file string, line long, type string, bits long, fingerprint string, comment string, verdict string,
    findings array<{FINDING}>, late boolean, error string"""
KEY = ["file", "line"]


def piped(spark, words, lines):
    """Returns the output of part.sh, run once for each line, which is its last arguments."""
    script = pathlib.Path(__file__).resolve().parent.parent / "part.sh"
    command = shlex.join(["xargs", "-n", "1", "-d", "\\n", "sh", "-c", 'sh "$0" $1', str(script)])
    lines = [shlex.join([*words, *line]) for line in lines]
    # A task is one line, so only a lost line is repeated.
    return spark.sparkContext.parallelize(lines, len(lines)).pipe(command, {"PATH": os.environ["PATH"]}, checkCode=True)


def main(parts, out):
    spark = SparkSession.builder.appName("keycheck").getOrCreate()
    parts = sorted(str(path) for path in pathlib.Path(parts).resolve().glob("*.pub"))
    out = pathlib.Path(out).resolve()
    products = out / "products"
    products.mkdir(parents=True, exist_ok=True)

    def objects(name, lines):
        """Runs once, and keeps the result: the following steps read the Parquet."""
        spark.read.json(lines, schema=SCHEMA).write.mode("overwrite").parquet(f"{out}/{name}")
        return spark.read.parquet(f"{out}/{name}")

    judged = objects("judged", piped(spark, ["check", str(products)], [[part] for part in parts]))
    names = [f"{products}/{pathlib.Path(part).name}.product" for part in parts]
    pairs = [[a, b] for a in names for b in names if a != b]
    compared = objects("compared", piped(spark, ["compare"], pairs)) if pairs else judged.limit(0)

    # A key that is in several parts is found by its fingerprint, whatever its type.
    in_order = Window.partitionBy("fingerprint").orderBy(*KEY)
    first = f.first(f.struct(*KEY, "fingerprint")).over(in_order)
    keys = judged.where("fingerprint is not null and late is null").select("*", first.alias("first"))
    again = keys.where("first.file != file or first.line != line").select(
        *KEY,
        "fingerprint",
        f.lit("duplicate").alias("check"),
        f.lit("note").alias("severity"),
        f.format_string("the same key as %s:%d", "first.file", "first.line").alias("message"),
        f.array("first").alias("with"),
    )
    found = judged.unionByName(compared).select(*KEY, "fingerprint", f.inline("findings"))
    found = found.where("check != 'duplicate'").unionByName(again).distinct()
    found.write.mode("overwrite").parquet(f"{out}/findings")
    errors = found.where("severity = 'error'").select(*KEY).distinct().withColumn("fails", f.lit("fail"))
    verdict = f.coalesce("fails", "verdict").alias("verdict")
    keys = keys.join(errors, KEY, "left").select(*KEY, "type", "bits", "fingerprint", "comment", verdict)
    keys.write.mode("overwrite").parquet(f"{out}/keys")
    for table in ("keys", "findings"):
        print(f"{table}: {spark.read.parquet(f'{out}/{table}').count()}")
    spark.stop()


main(*sys.argv[1:])
