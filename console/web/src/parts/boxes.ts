/** What the network saw in one frame of a video. */
export type Boxes = {
  width: number;
  height: number;
  boxes: { class: string; score: number; box: [number, number, number, number]; scene?: string; moves: [number, number] }[];
};

/** Of a live video: the RTP time stamp of the frame says which. */
export type LiveBoxes = Boxes & { stamp: number };

/** Boxes of an older frame are moved on with the camera so long, seconds; then what they show is not known any more. */
const carriedFor = 1.5;

/** Draws boxes over a picture, moved on by the seconds that have passed since their frame. What no scene looks for is drawn thin. */
export function drawBoxes(on: HTMLCanvasElement, of: Boxes, seconds: number, word: (name: string) => string) {
  if (seconds > carriedFor) return;
  const pen = on.getContext("2d")!;
  const unit = of.width / 1280;
  pen.save();
  pen.scale(on.width / of.width, on.height / of.height);
  pen.font = `${18 * unit}px sans-serif`;
  pen.textBaseline = "bottom";
  for (const b of of.boxes) {
    const [left, top, w, h] = b.box;
    const x = left + b.moves[0] * seconds;
    const y = top + b.moves[1] * seconds;
    pen.lineWidth = (b.scene ? 3 : 1.2) * unit;
    pen.strokeStyle = b.scene ? "#ffb020" : "#bcd3ff";
    pen.strokeRect(x, y, w, h);
    if (!b.scene) continue;
    const text = `${b.class.split("/").map(word).join(" · ")} ${Math.round(b.score * 100)} %`;
    pen.fillStyle = "rgba(20, 20, 20, 0.75)";
    pen.fillRect(x, y - 24 * unit, pen.measureText(text).width + 8 * unit, 24 * unit);
    pen.fillStyle = "#ffffff";
    pen.fillText(text, x + 4 * unit, y - 3 * unit);
  }
  pen.restore();
}

/** How many seconds a 90 kHz time stamp lies behind another; they begin anew at 2^32. */
export const secondsSince = (stamp: number, now: number) => ((now - stamp) | 0) / 90_000;
