import { Alert } from "antd";
import { useEffect, useRef, useState } from "react";
import { type Dock, taken } from "../api";
import { useText } from "../i18n";

/** The video of a flight as it comes (WHEP). */
export function Live({ dock }: { dock: Dock }) {
  const { t } = useText();
  const video = useRef<HTMLVideoElement>(null);
  const [wrong, setWrong] = useState<string>();
  useEffect(() => {
    const peer = new RTCPeerConnection();
    const stop = new AbortController();
    let where: string | null = null;
    setWrong(undefined);
    peer.addTransceiver("video", { direction: "recvonly" });
    peer.ontrack = (e) => {
      // what is shown late is of no use to who flies
      e.receiver.jitterBufferTarget = 0;
      if (video.current) video.current.srcObject = e.streams[0] ?? new MediaStream([e.track]);
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
  return (
    <>
      {wrong && <Alert type="warning" showIcon title={t("no-video")} description={wrong} />}
      <video ref={video} className="live" autoPlay muted playsInline aria-label={t("live-video")} />
      <p className="hint">{t("live-hint")}</p>
    </>
  );
}
