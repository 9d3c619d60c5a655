/** Colours for kinds without an order: by the golden angle, neighbours differ however many there are. */
export function colourOf(index: number): string {
  const hue = (index * 137.508 + 212) % 360 // the first is the blue of our accent
  const lightness = [0.42, 0.54, 0.34][Math.floor(index / 9) % 3]! // hues come near one another after nine
  return hex(hue, 0.62, lightness)
}

/** As sixteens: what draws SVG for files knows neither hsl nor oklch. */
function hex(hue: number, saturation: number, lightness: number): string {
  // f(n) = l − a·max(−1, min(k − 3, 9 − k, 1)), k = (n + hue/30) mod 12, a = s·min(l, 1 − l)
  const a = saturation * Math.min(lightness, 1 - lightness)
  const channel = (n: number): string => {
    const k = (n + hue / 30) % 12
    const share = lightness - a * Math.max(-1, Math.min(k - 3, 9 - k, 1))
    return Math.round(share * 255)
      .toString(16)
      .padStart(2, '0')
  }
  return `#${channel(0)}${channel(8)}${channel(4)}`
}
