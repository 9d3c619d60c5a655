// Inputs that several steps take, each said once.
import path from 'node:path'
import { z } from 'zod'
import { splits } from '../base/index.ts'
import { encoderNames, isPath, pathLike } from '../runtime/index.ts'

export const projectField = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/, 'a project’s name is 1 to 64 of a–z, 0–9 and -')
  .describe('the project’s name')

/** The grid's words for "without a label" and "with any label". */
export const labelWords = ['none', 'any'] as const

export const classField = z
  .string()
  .trim()
  .min(1)
  .max(100)
  // Names go into folders, CSV cells and terminals: control characters would break each of them.
  .regex(/^[^\p{Cc}]*$/u, 'a class’s name has no control characters')
  .refine((name) => !labelWords.some((word) => word === name), 'none and any are words of the filter')
  .describe('a class’s name')

/** A row of the table, or a path: of names plain words, so that a typing error is no path. */
export const encoderField = z
  .string()
  .max(1000)
  .regex(pathLike)
  .or(z.enum(encoderNames))
  .describe(
    `what turns images into vectors: ${encoderNames.join(', ')}, or the PATH of an ONNX model (a folder as of ` +
      'CLIP’s, or its image side)',
  )

/** A path is kept as it is from the root: it holds wherever the program is started next. */
export const encoderNamed = (name: string): string => (isPath(name) ? path.resolve(name) : name)

export const imageField = z.int().min(1).describe('the image’s id')
export const splitField = z.enum(splits).describe('learnt from (train), for settings, or gold (test)')
export const versionField = z.int().min(1).describe('the version’s number')
export const byField = z.string().trim().min(1).max(100).default('me').describe('who does it')

/** What is wrapped around a field forgets its description. */
export const usually = <F extends z.ZodType>(field: F, value: z.output<F>): z.ZodDefault<F> =>
  z._default(field, value as never).describe(field.description ?? '')
export const perhaps = <F extends z.ZodType>(field: F): z.ZodOptional<F> =>
  z.optional(field).describe(field.description ?? '')
