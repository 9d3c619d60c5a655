export { encoderNames, encoders, type EncoderName, type EncoderRow } from './encoders.ts'
export { openRuntime, type RuntimeOptions } from './open.ts'
export type * from './runtime.ts'
export { textFor, textNames, texts, type TextName, type TextRow } from './texts.ts'
