export { bytesOf, elementTypes, floatsOf, readOnnx, writeOnnx } from './onnx.ts'
export type { Dim, ElementType, OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './onnx.ts'
export { readCsv, writeCsv } from './csv.ts'
export { readJsonLines, writeJsonLines } from './jsonl.ts'
