"""Reads exports with the programs they are meant for and compares them with the sheet beside them.

pip install pycocotools datasets pillow datumaro label-studio-sdk; then: python read_exports.py FOLDER, where FOLDER
holds coco, voc, cvat, huggingface and label-studio as `bowerbird export` writes them, parted by split or not.
`read_exports.py FOLDER fiftyone` (pip install fiftyone, best in an environment of its own; its importers alone, no
database) reads fiftyone, coco, voc and cvat, not parted.
"""

import csv
import json
import sys
import urllib.parse
from pathlib import Path


def wanted(at):
    rows = csv.DictReader((at / "bowerbird.csv").open(encoding="utf-8", newline=""))
    return {row["path"]: row["label"] or row["guess"] for row in rows}


def with_pycocotools(at):
    from pycocotools.coco import COCO

    found = {}
    for document in (at / "annotations").glob("*.json"):
        part = document.stem.removeprefix("instances_")
        under = f"images/{part}" if (at / "images" / part).is_dir() else "images"
        api = COCO(str(document))
        for image in api.loadImgs(api.getImgIds()):
            boxes = api.loadAnns(api.getAnnIds(imgIds=image["id"]))
            assert all(box["bbox"] == [0, 0, image["width"], image["height"]] for box in boxes)
            names = [category["name"] for category in api.loadCats([box["category_id"] for box in boxes])]
            found[f"{under}/{image['file_name']}"] = "".join(names)
    return found


def with_datumaro(kind):
    def read(at):
        import datumaro
        from datumaro.components.annotation import AnnotationType

        found = {}
        roots = sorted({document.parent for document in at.rglob("annotations.xml")}) or [at]
        for root in roots:
            items = datumaro.Dataset.import_from(str(root), kind)
            labels = items.categories()[AnnotationType.label]
            for item in items:
                names = {labels[annotation.label].name for annotation in item.annotations}
                found[Path(item.media.path).relative_to(at).as_posix()] = "".join(names)
        return found

    return read


def with_datasets(at):
    import datasets

    sets = datasets.load_dataset(str(at)).cast_column("image", datasets.Image(decode=False))
    rows = [row for split in sets.values() for row in split]
    return {Path(row["image"]["path"]).relative_to(at).as_posix(): row["label"] for row in rows}


def with_label_studio(at):
    from label_studio_sdk.label_interface import LabelInterface

    view = LabelInterface((at / "view.xml").read_text("utf-8"))
    found = {}
    for task in json.loads((at / "tasks.json").read_text("utf-8")):
        assert view.validate_task({"data": task["data"]})
        assert all(view.validate_annotation(one) for one in task["annotations"])
        assert all(view.validate_prediction(one) for one in task["predictions"])
        said = (task["annotations"] + task["predictions"])[0]["result"][0]["value"]["choices"]
        found[urllib.parse.unquote(task["data"]["image"].partition("?d=")[2])] = said[0]
    return found


def with_fiftyone(module, name, **places):
    def read(at):
        import importlib

        importer = getattr(importlib.import_module(f"fiftyone.utils.{module}"), name)
        with importer(dataset_dir=str(at), **places) as found:
            return {Path(row[0]).relative_to(at).as_posix(): name_in(row[2]) for row in found}

    return read


def name_in(label):
    if isinstance(label, dict):
        return "".join(name_in(one) for one in label.values())
    many = getattr(label, "detections", None) or getattr(label, "classifications", None)
    return "".join(one.label for one in many) if many else getattr(label, "label", "")


coco_places = {"data_path": "images", "labels_path": "annotations/instances_default.json"}
voc_places = {"data_path": "JPEGImages", "labels_path": "Annotations"}
cvat_places = {"data_path": "images", "labels_path": "annotations.xml"}
in_fiftyone = (
    ("fiftyone", "fiftyone", with_fiftyone("data.importers", "FiftyOneImageClassificationDatasetImporter")),
    ("coco", "fiftyone", with_fiftyone("coco", "COCODetectionDatasetImporter", **coco_places)),
    ("voc", "fiftyone", with_fiftyone("voc", "VOCDetectionDatasetImporter", **voc_places)),
    ("cvat", "fiftyone", with_fiftyone("cvat", "CVATImageDatasetImporter", **cvat_places)),
)
readers = (
    ("coco", "pycocotools", with_pycocotools),
    ("coco", "datumaro", with_datumaro("coco")),
    ("voc", "datumaro", with_datumaro("voc")),
    ("cvat", "datumaro", with_datumaro("cvat")),
    ("huggingface", "datasets", with_datasets),
    ("label-studio", "label-studio-sdk", with_label_studio),
)
for format, program, read in in_fiftyone if "fiftyone" in sys.argv[2:] else readers:
    at = Path(sys.argv[1]).resolve() / format
    truth = wanted(at)
    found = read(at)
    same = sum(found.get(path) == name for path, name in truth.items())
    print(f"{format} by {program}: {same} of {len(truth)} images say the same, {len(found)} were read")
    assert found == truth
