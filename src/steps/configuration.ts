import { z } from 'zod'

/** One typed configuration: flags over environment over `bowerbird.config.json` over defaults. */
export const configuration = z.object({
  data: z.string().default('bowerbird-data').describe('the folder that keeps everything'),
  cache: z.string().default('').describe('the folder for encoders; empty: the user’s cache folder'),
  host: z.string().default('127.0.0.1').describe('the address to serve on'),
  port: z.int().min(0).max(65_535).default(4173).describe('the port to serve on'),
  token: z.string().default('').describe('the secret that callers must send; needed off loopback'),
  encoder: z
    .enum(['resnet50', 'builtin'])
    .default('resnet50')
    .describe('what turns new projects’ images into vectors'),
  cores: z.int().min(0).default(0).describe('how many processor cores to use; 0: all'),
  imagePixelsMax: z
    .int()
    .min(1)
    .default(50_000_000)
    .describe('larger images are refused before they are decoded'),
  imageBytesMax: z
    .int()
    .min(1)
    .default(100_000_000)
    .describe('larger files are refused before they are read'),
  seed: z.int().min(0).default(1).describe('the same seed gives the same bytes'),
})
export type Configuration = z.infer<typeof configuration>
export type Origin = 'flag' | 'environment' | 'file' | 'default'
