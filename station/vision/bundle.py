"""Builds a MediaPipe pose bundle from two bare TFLite models, the same bytes every time.

A bundle is a zip of uncompressed, 4-byte aligned members; MediaPipe maps them from the file. The
Tasks API refuses models that do not say how to normalise their input, which the models of the
older Solutions API do not; their graphs held those numbers instead.
"""

import io
import zipfile

import flatbuffers

DETECTOR = "pose_detector.tflite"
LANDMARKS = "pose_landmarks_detector.tflite"

_ALIGNMENT = 4
_DETECTOR_RANGE = (127.5, 127.5)
_LANDMARKS_RANGE = (0.0, 255.0)
"""Mean and standard deviation: pixels 0..255 become -1..1 (pose_detection_cpu graph of MediaPipe
0.10.18) and 0..1 (pose_landmark_by_roi_cpu graph)."""


def build(detector: bytes, landmarks: bytes) -> bytes:
    """A `.task` bundle of two bare TFLite models. Needs MediaPipe for its flatbuffer schemas."""
    return archive(
        {
            DETECTOR: with_normalisation(detector, *_DETECTOR_RANGE),
            LANDMARKS: with_normalisation(landmarks, *_LANDMARKS_RANGE),
        }
    )


def with_normalisation(model: bytes, mean: float, std: float) -> bytes:
    """The TFLite `model` with metadata that says: input image, RGB, (pixel - mean) / std."""
    from mediapipe.tasks.metadata import schema_py_generated as tflite

    tree = tflite.ModelT.InitFromObj(tflite.Model.GetRootAsModel(model, 0))
    graph = tree.subgraphs[0]
    entry = tflite.MetadataT()
    entry.name = "TFLITE_METADATA"
    entry.buffer = len(tree.buffers)
    holder = tflite.BufferT()
    holder.data = _metadata(mean, std, inputs=len(graph.inputs), outputs=len(graph.outputs))
    tree.buffers.append(holder)
    tree.metadata = [*(tree.metadata or []), entry]
    builder = flatbuffers.Builder(len(model))
    builder.Finish(tree.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _metadata(mean: float, std: float, *, inputs: int, outputs: int) -> bytes:
    from mediapipe.tasks.metadata import metadata_schema_py_generated as schema

    normalise = schema.NormalizationOptionsT()
    normalise.mean, normalise.std = [mean], [std]
    unit = schema.ProcessUnitT()
    unit.optionsType = schema.ProcessUnitOptions.NormalizationOptions
    unit.options = normalise
    image = schema.ImagePropertiesT()
    image.colorSpace = schema.ColorSpaceType.RGB
    content = schema.ContentT()
    content.contentPropertiesType = schema.ContentProperties.ImageProperties
    content.contentProperties = image
    source = schema.TensorMetadataT()
    source.name = "image"
    source.content = content
    source.processUnits = [unit]
    graph = schema.SubGraphMetadataT()
    graph.inputTensorMetadata = [source] * inputs
    graph.outputTensorMetadata = [schema.TensorMetadataT() for _ in range(outputs)]
    whole = schema.ModelMetadataT()
    whole.subgraphMetadata = [graph]
    whole.minParserVersion = "1.0.0"
    builder = flatbuffers.Builder(1024)
    builder.Finish(whole.Pack(builder), b"M001")
    return bytes(builder.Output())


def archive(members: dict[str, bytes]) -> bytes:
    """A zip of uncompressed, aligned members, in their order and without a date."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            # A local header is 30 bytes and the name; the extra field pads up to the alignment.
            # Zip asks for 4 bytes at least there: an id nobody uses, and the length.
            start = out.tell() + 30 + len(name) + 4
            padding = -start % _ALIGNMENT
            info.extra = b"\xff\xff" + padding.to_bytes(2, "little") + bytes(padding)
            archive.writestr(info, content)
    return out.getvalue()
