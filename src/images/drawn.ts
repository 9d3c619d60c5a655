/** A figure of ours as a PNG on white, twice as dense as its own pixels; never for a stranger's drawing. */
export async function drawn(svg: string, density = 2): Promise<Uint8Array> {
  // Opened only here: most processes that know this room never draw.
  const { default: sharp } = await import('sharp')
  const dotsPerInch = 72 * density // the drawing's own pixel is a point to it
  return sharp(Buffer.from(svg), { density: dotsPerInch })
    .flatten({ background: '#ffffff' })
    .png({ palette: true, effort: 4 })
    .toBuffer()
}
