import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { useText } from "../i18n";
import { type Boxes, drawBoxes } from "./boxes";

/** Which frame is shown: seconds of the video, and of a live one its RTP time stamp. */
export type Shown = { mediaTime: number; rtpTimestamp?: number };

type Props = {
  ref: Ref<HTMLVideoElement>;
  label: string;
  /** The boxes for a frame, and how old they are, seconds. */
  boxesFor: (frame: Shown) => [Boxes | undefined, number];
  onFrame?: (frame: Shown) => void;
  onPoint?: (x: number, y: number) => void;
  onLost?: () => void;
  src?: string;
};

/** The frame that a video shows, with its time; undefined while it has none that can be taken. */
function frameOf(video: HTMLVideoElement): VideoFrame | undefined {
  try {
    return new VideoFrame(video);
  } catch {
    return undefined;
  }
}

/** A video with boxes. Both are drawn on one canvas: whatever else the browser has to do, no box is over another frame than its own. A click says where in the picture, from 0, 0 to 1, 1. */
export function Screen({ ref, label, boxesFor, onFrame, onPoint, onLost, src }: Props) {
  const { word } = useText();
  const video = useRef<HTMLVideoElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  useImperativeHandle(ref, () => video.current!, []);
  const call = useRef({ boxesFor, onFrame, word });
  call.current = { boxesFor, onFrame, word };
  useEffect(() => {
    const from = video.current!;
    let next = 0;
    const draw: VideoFrameRequestCallback = (_now, said) => {
      next = from.requestVideoFrameCallback(draw);
      const on = canvas.current;
      if (!on || from.videoWidth === 0 || from.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
      // the frame there is now may be later than the one that is told of
      const picture = frameOf(from);
      const later = picture ? picture.timestamp / 1e6 - said.mediaTime : 0;
      const known = Math.abs(later) < 1;
      const frame: Shown = { mediaTime: said.mediaTime + (known ? later : 0), rtpTimestamp: said.rtpTimestamp === undefined ? undefined : (said.rtpTimestamp + (known ? Math.round(later * 90_000) : 0)) >>> 0 };
      if (on.width !== from.videoWidth || on.height !== from.videoHeight) {
        on.width = from.videoWidth;
        on.height = from.videoHeight;
      }
      on.getContext("2d")!.drawImage(picture ?? from, 0, 0, on.width, on.height);
      picture?.close();
      const [boxes, seconds] = call.current.boxesFor(frame);
      if (boxes) drawBoxes(on, boxes, seconds, call.current.word);
      call.current.onFrame?.(frame);
    };
    next = from.requestVideoFrameCallback(draw);
    return () => from.cancelVideoFrameCallback(next);
  }, []);
  return (
    <div
      className={onPoint ? "live pointing" : "live"}
      onClick={(e) => {
        const r = e.currentTarget.getBoundingClientRect();
        onPoint?.((e.clientX - r.left) / r.width, (e.clientY - r.top) / r.height);
      }}
    >
      <video ref={video} src={src} autoPlay muted playsInline preload="auto" aria-label={label} onError={onLost} />
      <canvas ref={canvas} aria-hidden />
    </div>
  );
}
