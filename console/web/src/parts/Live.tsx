import { Alert } from "antd";
import { useEffect, useRef, useState } from "react";
import { type Dock, taken } from "../api";
import { useText } from "../i18n";
import { type LiveBoxes, secondsSince } from "./boxes";
import { Screen, type Shown } from "./Screen";

const kept = 30; // frames whose boxes are kept: some come before their picture
const oneFrame = 1 / 25; // seconds

/** The video of a flight as it comes (WHEP), with what is seen in it drawn on the frame that it was seen in, and moved on with the camera until the next. */
export function Live({ dock, onPoint }: { dock: Dock; onPoint?: (x: number, y: number) => void }) {
  const { t } = useText();
  const video = useRef<HTMLVideoElement>(null);
  const seen = useRef<LiveBoxes[]>([]);
  const [wrong, setWrong] = useState<string>();
  useEffect(() => {
    const peer = new RTCPeerConnection();
    const stop = new AbortController();
    const shown = video.current!;
    seen.current = [];
    let where: string | null = null;
    setWrong(undefined);
    peer.addTransceiver("video", { direction: "recvonly" });
    const boxes = peer.createDataChannel("boxes", { ordered: false, maxRetransmits: 0 });
    boxes.onmessage = (e) => {
      seen.current.push(JSON.parse(String(e.data)) as LiveBoxes);
      if (seen.current.length > kept) seen.current.shift();
    };
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
      peer.close();
      if (where) void fetch(where, { method: "DELETE" });
    };
  }, [dock.sn, dock.flight]);
  const boxesFor = ({ rtpTimestamp: stamp }: Shown): [LiveBoxes | undefined, number] => {
    let best: LiveBoxes | undefined;
    if (stamp !== undefined) for (const b of seen.current) if (secondsSince(b.stamp, stamp) > -oneFrame && (!best || secondsSince(best.stamp, b.stamp) > 0)) best = b;
    return [best, best ? secondsSince(best.stamp, stamp!) : 0];
  };
  return (
    <>
      {wrong && <Alert type="warning" showIcon title={t("no-video")} description={wrong} />}
      <Screen ref={video} label={t("live-video")} boxesFor={boxesFor} onPoint={onPoint} />
      <p className="hint">{t("live-hint")}</p>
    </>
  );
}
