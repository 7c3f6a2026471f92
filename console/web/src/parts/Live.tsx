import { Alert } from "antd";
import { useEffect, useRef, useState } from "react";
import { type Dock, taken } from "../api";
import { useText } from "../i18n";
import { drawBoxes, type LiveBoxes, secondsSince } from "./boxes";

const kept = 30; // frames whose boxes are kept: some come before their picture
const oneFrame = 1 / 25; // seconds

/** The video of a flight as it comes (WHEP), with what is seen in it drawn on the frame that it was seen in, and moved on with the camera until the next. A click says where in the picture, from 0, 0 to 1, 1. */
export function Live({ dock, onPoint }: { dock: Dock; onPoint?: (x: number, y: number) => void }) {
  const { t, word } = useText();
  const video = useRef<HTMLVideoElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const said = useRef(word);
  said.current = word;
  const [wrong, setWrong] = useState<string>();
  useEffect(() => {
    const peer = new RTCPeerConnection();
    const stop = new AbortController();
    const shown = video.current!;
    const seen: LiveBoxes[] = [];
    let where: string | null = null;
    setWrong(undefined);
    peer.addTransceiver("video", { direction: "recvonly" });
    const boxes = peer.createDataChannel("boxes", { ordered: false, maxRetransmits: 0 });
    boxes.onmessage = (e) => {
      seen.push(JSON.parse(String(e.data)) as LiveBoxes);
      if (seen.length > kept) seen.shift();
    };
    let next = 0;
    const draw: VideoFrameRequestCallback = (_now, frame) => {
      next = shown.requestVideoFrameCallback(draw);
      const on = overlay.current;
      const stamp = frame.rtpTimestamp;
      if (!on || stamp === undefined) return;
      let best: LiveBoxes | undefined;
      for (const b of seen) if (secondsSince(b.stamp, stamp) > -oneFrame && (!best || secondsSince(best.stamp, b.stamp) > 0)) best = b;
      drawBoxes(on, best, best ? secondsSince(best.stamp, stamp) : 0, said.current);
      on.dataset.stamp = String(stamp);
    };
    next = shown.requestVideoFrameCallback(draw);
    peer.ontrack = (e) => {
      // what is shown late is of no use to who flies
      e.receiver.jitterBufferTarget = 0;
      shown.srcObject = e.streams[0] ?? new MediaStream([e.track]);
    };
    (async () => {
      await peer.setLocalDescription(await peer.createOffer());
      const res = await taken(fetch(`/api/docks/${dock.sn}/whep`, { method: "POST", headers: { "Content-Type": "application/sdp" }, body: peer.localDescription!.sdp, signal: stop.signal }));
      where = res.headers.get("Location");
      await peer.setRemoteDescription({ type: "answer", sdp: await res.text() });
    })().catch((e: Error) => {
      if (!stop.signal.aborted) setWrong(e.message);
    });
    return () => {
      stop.abort();
      shown.cancelVideoFrameCallback(next);
      peer.close();
      if (where) void fetch(where, { method: "DELETE" });
    };
  }, [dock.sn, dock.flight]);
  return (
    <>
      {wrong && <Alert type="warning" showIcon title={t("no-video")} description={wrong} />}
      <div
        className={onPoint ? "live pointing" : "live"}
        onClick={(e) => {
          const r = e.currentTarget.getBoundingClientRect();
          onPoint?.((e.clientX - r.left) / r.width, (e.clientY - r.top) / r.height);
        }}
      >
        <video ref={video} autoPlay muted playsInline aria-label={t("live-video")} />
        <canvas ref={overlay} aria-hidden />
      </div>
      <p className="hint">{t("live-hint")}</p>
    </>
  );
}
