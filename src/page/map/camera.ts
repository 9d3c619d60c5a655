// From the map, a square of side 1 with up upwards, to pixels and back.
export type Point = { readonly x: number; readonly y: number }
export type Size = { readonly width: number; readonly height: number }
/** The place in the middle of the window, and how many pixels the map's side takes. */
export type Camera = Point & { readonly scale: number }

const margin = 0.9 // of the window: points at the rim keep their distance from its edge
const zoomMost = 80 // beyond, neighbouring places are more than a pixel apart

export const fitted = ({ width, height }: Size): Camera => ({
  x: 0.5,
  y: 0.5,
  scale: Math.max(1, margin * Math.min(width, height)),
})

export const onScreen = (camera: Camera, size: Size, { x, y }: Point): Point => ({
  x: size.width / 2 + (x - camera.x) * camera.scale,
  y: size.height / 2 - (y - camera.y) * camera.scale,
})

export const onMap = (camera: Camera, size: Size, { x, y }: Point): Point => ({
  x: camera.x + (x - size.width / 2) / camera.scale,
  y: camera.y - (y - size.height / 2) / camera.scale,
})

/** What lies under the pointer stays there. */
export function zoomedAt(camera: Camera, size: Size, o: { readonly at: Point; readonly by: number }): Camera {
  const whole = fitted(size).scale
  const scale = Math.min(zoomMost * whole, Math.max(whole / 2, camera.scale * o.by))
  const under = onMap(camera, size, o.at)
  const moved = onMap({ ...camera, scale }, size, o.at)
  return bounded({ x: camera.x + under.x - moved.x, y: camera.y + under.y - moved.y, scale })
}

/** Moved by pixels, as if the map were pushed by hand. */
export const pushed = (camera: Camera, { x, y }: Point): Camera =>
  bounded({ ...camera, x: camera.x - x / camera.scale, y: camera.y + y / camera.scale })

/** The middle of the window never leaves the map: nobody gets lost. */
const bounded = ({ x, y, scale }: Camera): Camera => ({
  x: Math.min(1, Math.max(0, x)),
  y: Math.min(1, Math.max(0, y)),
  scale,
})
