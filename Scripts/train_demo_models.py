#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the models of Examples/ and writes them with the rows they are tried on.

Nothing is downloaded: the data sets ship with scikit-learn. The written files are the same on every run with the versions
below (Python 3.11):

    python3 -m venv venv
    venv/bin/pip install scikit-learn==1.9.1 skl2onnx==1.20.0 onnx==1.23.2 numpy==2.4.6
    venv/bin/python Scripts/train_demo_models.py

Examples/README.md says what each file holds.
"""

import json
import os
import sys
from pathlib import Path

if os.environ.get("PYTHONHASHSEED") != "0":
    # skl2onnx names graph nodes in the order of a set: a fixed hash seed makes its output reproducible.
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})

import numpy as np
from skl2onnx import to_onnx
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

EXAMPLES = Path(__file__).resolve().parent.parent / "Examples"
SEED = 7


def text(value):
    """The shortest decimal that reads back as the same float64; whole numbers without a point."""
    number = float(value)
    return str(int(number)) if number.is_integer() else repr(number)


def write_rows(path, header, rows, form=text):
    """A CSV file with a header line; `form` spells one value."""
    lines = [",".join(header)] + [",".join(form(value) for value in row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


def write_case(name, features, model, train, rows, truth):
    """Everything but the model itself: rows, true labels, and what scikit-learn answers in float64."""
    folder = EXAMPLES / name
    folder.mkdir(parents=True, exist_ok=True)
    if train is not None:
        write_rows(folder / "train.csv", features, train)
    write_rows(folder / "rows.csv", features, rows)
    scores = model.decision_function(rows)
    scores = scores.reshape(len(rows), -1)
    header = [f"score_{i}" for i in range(scores.shape[1])]
    write_rows(folder / "expected_scores.csv", header, scores, lambda score: f"{score:.17g}")
    predicted = model.predict(rows)
    write_rows(folder / "expected_labels.csv", ["label"], predicted.reshape(-1, 1), str)
    write_rows(folder / "true_labels.csv", ["label"], truth.reshape(-1, 1), str)
    print(f"{name}: {len(rows)} rows, accuracy {np.mean(predicted == truth):.4f}, largest |score| {np.abs(scores).max():.3f}")
    return folder


def save_onnx(folder, model, train):
    """The ONNX file as skl2onnx writes it by default for float inputs."""
    proto = to_onnx(model, train[:1].astype(np.float32), name=folder.name)
    (folder / "model.onnx").write_bytes(proto.SerializeToString(deterministic=True))


def breast_cancer():
    data = load_breast_cancer()
    names = np.array([str(name) for name in data.target_names])[data.target]
    features = [name.replace(" ", "_") for name in data.feature_names]
    train, rows, target, truth = train_test_split(data.data, names, test_size=114, random_state=SEED, stratify=names)
    model = make_pipeline(StandardScaler(), LogisticRegression(random_state=0)).fit(train, target)
    save_onnx(write_case("breast_cancer", features, model, train, rows, truth), model, train)


def digits():
    data = load_digits()
    features = list(data.feature_names)
    train, rows, target, truth = train_test_split(
        data.data, data.target, test_size=540, random_state=SEED, stratify=data.target
    )
    model = LogisticRegression(max_iter=5000, random_state=0).fit(train, target)
    save_onnx(write_case("digits", features, model, train, rows, truth), model, train)


def iris_json():
    data = load_iris()
    names = np.array([str(name) for name in data.target_names])[data.target]
    features = ["sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm"]
    train, rows, target, truth = train_test_split(data.data, names, test_size=45, random_state=SEED, stratify=names)
    model = make_pipeline(StandardScaler(), LogisticRegression(random_state=0)).fit(train, target)
    folder = write_case("iris_json", features, model, train, rows, truth)
    scaler, head = model[0], model[1]
    fields = {
        "coef": head.coef_.tolist(),
        "intercept": head.intercept_.tolist(),
        "classes": head.classes_.tolist(),
        "mean": scaler.mean_.tolist(),
        "scale": scaler.scale_.tolist(),
        "link": "softmax",
        "features": features,
    }
    body = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in fields.items())
    (folder / "model.json").write_text("{\n" + body + "\n}\n", encoding="ascii")


if __name__ == "__main__":
    breast_cancer()
    digits()
    iris_json()
