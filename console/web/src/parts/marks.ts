/** Pictures that stand on the map, by name: what is written on one stands behind the beginning. */
export const countMark = "count ";
export const dockMark = "dock ";
export const darkDockMark = "dark dock ";
export const aircraftMark = "aircraft";

/** Pixels of a picture a pixel of the page. */
export const pictureRatio = 2;

/** From the left of a dock's picture to its middle, pixels. */
export const dockMiddle = 8;

const font = "12px 'Noto Sans SC', sans-serif";

function draw(w: number, h: number, ink: (pen: OffscreenCanvasRenderingContext2D) => void): ImageData {
  const pen = new OffscreenCanvas(w * pictureRatio, h * pictureRatio).getContext("2d")!;
  pen.scale(pictureRatio, pictureRatio);
  pen.textBaseline = "middle";
  ink(pen);
  return pen.getImageData(0, 0, w * pictureRatio, h * pictureRatio);
}

function dock(name: string, dark: boolean): ImageData {
  const measure = new OffscreenCanvas(1, 1).getContext("2d")!;
  measure.font = font;
  return draw(Math.ceil(measure.measureText(name).width) + 24, 18, (pen) => {
    pen.fillStyle = "#0f2f33";
    pen.strokeStyle = "#ffffff";
    pen.lineWidth = 2;
    pen.beginPath();
    pen.roundRect(2, 3, 12, 12, 3);
    pen.fill();
    pen.stroke();
    pen.font = font;
    pen.lineWidth = 3;
    pen.strokeStyle = dark ? "#141a1c" : "#ffffff";
    pen.fillStyle = dark ? "#e3e8e9" : "#1d2426";
    pen.strokeText(name, 19, 9);
    pen.fillText(name, 19, 9);
  });
}

/** Looks north. */
const aircraft = () =>
  draw(22, 24, (pen) => {
    pen.beginPath();
    pen.moveTo(11, 2);
    pen.lineTo(20, 22);
    pen.lineTo(2, 22);
    pen.closePath();
    pen.fillStyle = "#d2361f";
    pen.strokeStyle = "#ffffff";
    pen.lineWidth = 1.5;
    pen.fill();
    pen.stroke();
  });

const count = (n: string) =>
  draw(48, 20, (pen) => {
    pen.font = "600 13px sans-serif";
    pen.textAlign = "center";
    pen.fillStyle = "#1d2426";
    pen.fillText(n, 24, 10);
  });

/** The picture of a name; undefined where there is none. */
export function pictureOf(name: string): ImageData | undefined {
  if (name === aircraftMark) return aircraft();
  for (const [begins, of] of [
    [countMark, count],
    [dockMark, (n: string) => dock(n, false)],
    [darkDockMark, (n: string) => dock(n, true)],
  ] as const)
    if (name.startsWith(begins)) return of(name.slice(begins.length));
  return undefined;
}
