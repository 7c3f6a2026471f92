import { Alert } from "antd";
import { useEffect, useRef, useState } from "react";
import { type Dock, taken } from "../api";
import { useText } from "../i18n";
import { type LiveBoxes, secondsSince } from "./boxes";
import { Screen, type Shown } from "./Screen";

const promptly = 8000; // milliseconds until the video is asked for in another way
const silentFor = 5000;
const againAfter = 5000;
const kept = 30; // frames whose boxes are kept: some come before their picture
const oneFrame = 1 / 25; // seconds

/** The video of a flight as it comes (WHEP), with what is seen in it drawn on the frame that it was seen in, and moved on with the camera until the next. */
export function Live({ dock, onPoint }: { dock: Dock; onPoint?: (x: number, y: number) => void }) {
  const { t } = useText();
  const video = useRef<HTMLVideoElement>(null);
  const seen = useRef<LiveBoxes[]>([]);
  const [wrong, setWrong] = useState<string>();
  const [isLate, setIsLate] = useState(false);
  const [attempt, tryAgain] = useState(0);
  useEffect(() => {
    let late: { destroy: () => void } | undefined; // hls.js
    let begun = false;
    let switched = false;
    const waits: ReturnType<typeof setTimeout>[] = [];
    const peer = new RTCPeerConnection();
    const stop = new AbortController();
    const shown = video.current!;
    seen.current = [];
    let where: string | null = null;
    setIsLate(false);
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
      waits.push(setTimeout(() => !begun && void playLate(), promptly));
    })().catch((e: Error) => again(e.message));
    shown.addEventListener("playing", () => ((begun = true), setWrong(undefined)), { signal: stop.signal });
    peer.onconnectionstatechange = () => {
      if (["failed", "closed"].includes(peer.connectionState)) again(t("live-broken"));
      else if (peer.connectionState === "disconnected") waits.push(setTimeout(() => peer.connectionState === "disconnected" && again(t("live-broken")), silentFor));
    };
    // what is shown is not what there is now: say so, and ask again
    const again = (why: string) => {
      if (stop.signal.aborted || late || switched) return;
      setWrong(why);
      waits.push(setTimeout(() => tryAgain((n) => n + 1), againAfter));
    };
    // where no UDP passes the video comes some seconds late, and without boxes
    const playLate = async () => {
      if (stop.signal.aborted || switched) return;
      switched = true;
      peer.close();
      const { default: Hls } = await import("hls.js");
      if (stop.signal.aborted) return;
      if (!Hls.isSupported()) return setWrong(t("live-late"));
      const hls = new Hls({ liveSyncDurationCount: 2 });
      late = hls;
      setIsLate(true);
      hls.on(Hls.Events.ERROR, (_e, x) => {
        if (!x.fatal) return;
        setWrong(x.error.message);
        waits.push(setTimeout(() => tryAgain((n) => n + 1), againAfter));
      });
      shown.srcObject = null;
      hls.loadSource(`/api/docks/${dock.sn}/hls/index.m3u8`);
      hls.attachMedia(shown);
    };
    return () => {
      stop.abort();
      for (const w of waits) clearTimeout(w);
      late?.destroy();
      peer.close();
      if (where) void fetch(where, { method: "DELETE" });
    };
    // the texts are those of when it is asked for
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [dock.sn, dock.flight, attempt]);
  const boxesFor = ({ rtpTimestamp: stamp }: Shown): [LiveBoxes | undefined, number] => {
    let best: LiveBoxes | undefined;
    if (stamp !== undefined) for (const b of seen.current) if (secondsSince(b.stamp, stamp) > -oneFrame && (!best || secondsSince(best.stamp, b.stamp) > 0)) best = b;
    return [best, best ? secondsSince(best.stamp, stamp!) : 0];
  };
  return (
    <>
      {wrong && <Alert type="warning" showIcon title={t("no-video")} description={wrong} />}
      <Screen ref={video} label={t("live-video")} boxesFor={boxesFor} onPoint={onPoint} />
      <p className={isLate ? "why" : "hint"}>{t(isLate ? "live-late" : "live-hint")}</p>
    </>
  );
}
