"""Reads exports with the libraries they are meant for and compares them with the sheet beside them.

pip install pycocotools datasets pillow; then: python read_exports.py FOLDER, with FOLDER/coco, FOLDER/huggingface,
FOLDER/voc and FOLDER/cvat as `bowerbird export` writes them, parted by split or not.
"""

import csv
import sys
import xml.etree.ElementTree as xml
from pathlib import Path


def sheet(at):
    rows = csv.DictReader((at / "bowerbird.csv").open(encoding="utf-8", newline=""))
    return {row["path"]: row for row in rows}


def said(row):
    return row["label"] or row["guess"]


def coco(at):
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


def huggingface(at):
    import datasets

    sets = datasets.load_dataset(str(at)).cast_column("image", datasets.Image(decode=False))
    rows = [row for split in sets.values() for row in split]
    return {Path(row["image"]["path"]).relative_to(at).as_posix(): row["label"] for row in rows}


def voc(at):
    found = {}
    for document in (at / "Annotations").glob("*.xml"):
        whole = xml.parse(document).getroot()
        names = [name.text for name in whole.iterfind("object/name")]
        found[f"JPEGImages/{whole.findtext('filename')}"] = "".join(names)
    listed = [stem for path in (at / "ImageSets/Main").glob("*.txt") for stem in path.read_text("utf-8").split()]
    assert sorted(listed) == sorted(Path(file).stem for file in found)
    return found


def cvat(at):
    images = xml.parse(at / "annotations.xml").getroot().iterfind("image")
    return {f"images/{i.get('name')}": "".join(tag.get("label") for tag in i.iterfind("tag")) for i in images}


for read in (coco, huggingface, voc, cvat):
    at = Path(sys.argv[1]).resolve() / read.__name__
    wanted = {path: said(row) for path, row in sheet(at).items()}
    found = read(at)
    same = sum(found.get(path) == name for path, name in wanted.items())
    print(f"{read.__name__}: {same} of {len(wanted)} images say the same, {len(found)} were read")
    assert found == wanted
