"""What a competent developer writes in Python: pages by a named cursor, NumPy, execute_values.

Reads the models from the folder given as argument, connects as the PG* variables say, and for each
line of JSON on its input ({"query": …}) scores that query's rows and prints the aggregates.
"""

import json
import os
import sys

import numpy as np
import psycopg2
from psycopg2.extras import execute_values

PAGE = 5000
OFFERS = [f"offer_{n}" for n in range(8)]
COLUMNS = ["customer_id", "churn_probability", "churn_risk", *OFFERS,
           "recommended_offer", "rfm_code", "rfm_segment"]
INSERT = f"INSERT INTO peers.predictions ({', '.join(COLUMNS)}) VALUES %s"


def load(folder, name):
    with open(os.path.join(folder, name, "current")) as file:
        folder = os.path.join(folder, name, file.read().strip())
    with open(os.path.join(folder, "manifest.json")) as file:
        inputs = json.load(file)["inputs"]
    with open(os.path.join(folder, "model.json")) as file:
        specs = json.load(file)["weightsManifest"][0]["weights"]
    flat = np.fromfile(os.path.join(folder, "weights.bin"), dtype="<f4")
    weights, at = [], 0
    for spec in specs:
        size = int(np.prod(spec["shape"]))
        weights.append(flat[at:at + size].reshape(spec["shape"]))
        at += size
    return {
        "columns": [each["column"] for each in inputs],
        "mean": np.array([each["mean"] for each in inputs]),
        "deviation": np.array([each["deviation"] for each in inputs]),
        "imputed": np.array([each["imputed"] for each in inputs]),
        "weights": weights,
    }


def answer(model, values):
    """`values`: a column per input, NaN where unknown. Returns the last layer before its activation."""
    known = np.where(np.isnan(values), model["imputed"], values)
    layer = ((known - model["mean"]) / model["deviation"]).astype(np.float32)
    weights = model["weights"]
    for depth in range(0, len(weights), 2):
        layer = layer @ weights[depth] + weights[depth + 1]
        if depth < len(weights) - 2:
            layer = np.maximum(layer, 0)
    return layer


def rfm_codes(recency, frequency, monetary):
    r = 5 - np.searchsorted([30, 60, 90, 180], np.where(np.isnan(recency), np.inf, recency), "left")
    f = 1 + np.searchsorted([2, 5, 10, 20], np.nan_to_num(frequency), "right")
    m = 1 + np.searchsorted([100, 200, 500, 1000], np.nan_to_num(monetary), "right")
    return 100 * r + 10 * f + m


def score(connection, models, names, query):
    churn, nbo = models
    risks, offers, segments = {}, {}, {}
    count, total = 0, 0.0
    cursor = connection.cursor("members")
    cursor.itersize = PAGE
    cursor.execute(query)
    writer = connection.cursor()
    rows = cursor.fetchmany(PAGE)
    columns = [column.name for column in cursor.description][1:]
    place = columns.index
    while rows:
        values = np.array([row[1:] for row in rows], dtype=float)
        picked = lambda model: values[:, [place(name) for name in model["columns"]]]
        probability = 1 / (1 + np.exp(-answer(churn, picked(churn))[:, 0]))
        logits = answer(nbo, picked(nbo))
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        scores = powers / powers.sum(axis=1, keepdims=True)
        best = scores.argmax(axis=1)
        codes = rfm_codes(
            values[:, place("days_since_last_transaction")],
            values[:, place("transaction_count")],
            values[:, place("total_revenue")],
        )
        risk = np.where(probability > np.float32(0.7), "high",
                        np.where(probability > np.float32(0.4), "medium", "low"))
        predictions = [
            (row[0], p, k, *s, OFFERS[b], c, names[str(c)])
            for row, p, k, s, b, c in zip(rows, probability.tolist(), risk.tolist(),
                                          scores.tolist(), best.tolist(), codes.tolist())
        ]
        execute_values(writer, INSERT, predictions, page_size=1000)
        for values_of, counts in ((risk, risks), (best, offers), (codes, segments)):
            for value, number in zip(*np.unique(values_of, return_counts=True)):
                counts[value.item()] = counts.get(value.item(), 0) + int(number)
        count += len(rows)
        total += float(probability.sum(dtype=float))
        rows = cursor.fetchmany(PAGE)
    cursor.close()
    connection.commit()
    by_name = {}
    for code, number in segments.items():
        by_name[names[str(code)]] = by_name.get(names[str(code)], 0) + number
    return {
        "count": count,
        "churn": {name: risks.get(name, 0) for name in ("high", "medium", "low")},
        "meanProbability": total / max(1, count),
        "offers": {OFFERS[index]: number for index, number in offers.items()},
        "rfm": by_name,
    }


def main():
    models = [load(sys.argv[1], name) for name in ("churn", "nbo")]
    connection = psycopg2.connect("")
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(score(connection, models, request["names"], request["query"])), flush=True)


main()
