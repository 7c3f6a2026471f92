import { CaretRightOutlined, PauseOutlined } from "@ant-design/icons";
import { Alert, Button, Input, Select, Slider } from "antd";
import { useParams } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { type Dock, dockAt, type FootageTrack, useOpenFlight } from "../api";
import { useText } from "../i18n";
import type { Boxes } from "../parts/boxes";
import { LazyMap } from "../parts/LazyMap";
import { Screen, type Shown } from "../parts/Screen";
import { Wrong } from "../parts/Trouble";
import { full } from "../time";

/** A flight watched again: its video, what was seen in it, and where the aircraft was, in step. Who opens it says why. */
export function FlightPage() {
  const { t } = useText();
  const { id } = useParams({ from: "/flights/$id" });
  const open = useOpenFlight(id);
  const [reason, setReason] = useState("");
  if (open.data) return <Player of={open.data} />;
  return (
    <main className="alone">
      <h2>{id}</h2>
      <p>{t("open-flight-how")}</p>
      <form
        className="bar"
        onSubmit={(e) => {
          e.preventDefault();
          if (reason.trim()) open.mutate(reason.trim());
        }}
      >
        <Input autoFocus value={reason} onChange={(e) => setReason(e.target.value)} aria-label={t("reason")} placeholder={t("reason")} maxLength={200} />
        <Button type="primary" htmlType="submit" disabled={!reason.trim()} loading={open.isPending}>
          {t("watch")}
        </Button>
      </form>
      <Wrong of={open} />
    </main>
  );
}

const oneFrame = 1 / 25; // seconds
const mapEvery = 0.1; // seconds between two places of the aircraft on the map

/** The last of some things in the order of their times that is not later than a time. */
function lastUntil<T extends { t: number }>(all: readonly T[], t: number): T | undefined {
  let from = 0;
  let to = all.length;
  while (from < to) {
    const mid = (from + to) >> 1;
    if (all[mid].t <= t) from = mid + 1;
    else to = mid;
  }
  return all[from - 1];
}

/** As 3:07. */
const minutes = (s: number) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;

function Player({ of }: { of: FootageTrack }) {
  const { t } = useText();
  const video = useRef<HTMLVideoElement>(null);
  const [at, setAt] = useState(0);
  const [lost, setLost] = useState(false);
  const [playing, setPlaying] = useState(true);
  const [speed, setSpeed] = useState(1);
  useEffect(() => {
    const of = video.current!;
    of.playbackRate = speed;
    const tell = () => setPlaying(!of.paused);
    for (const e of ["play", "pause", "ended"]) of.addEventListener(e, tell);
    return () => {
      for (const e of ["play", "pause", "ended"]) of.removeEventListener(e, tell);
    };
  }, [speed]);
  const poses = useMemo(() => [...of.poses].sort((a, b) => a.t - b.t), [of]);
  const boxes = useMemo(() => [...of.boxes].sort((a, b) => a.t - b.t), [of]);
  const boxesFor = ({ mediaTime }: Shown): [Boxes | undefined, number] => {
    const b = lastUntil(boxes, mediaTime + oneFrame);
    return [b, b ? mediaTime - b.t : 0];
  };
  const line = useMemo(() => (poses.length < 2 ? [] : [{ id: of.flight.id, route: poses.map((p) => [p.lon, p.lat]) }]), [of, poses]);
  const pose = lastUntil(poses, at) ?? poses[0];
  const docks = useMemo<Dock[]>(() => {
    const f = of.flight;
    const aircraft = pose && { lon: pose.lon, lat: pose.lat, height_m: pose.height_m, yaw: pose.yaw, pitch: pose.pitch };
    const from = f.route?.[0] ?? (pose && [pose.lon, pose.lat]);
    if (!from) return [];
    const [lon, lat] = from;
    return [{ ...dockAt(f.dock, f.dock_name, lon, lat), online: true, life: "flying", flight: f.flight, state: "flying", simulated: f.simulated, aircraft }];
  }, [of, pose]);
  return (
    <main className="split">
      <div className="split-map">
        <LazyMap label={t("map-of-flight")} docks={docks} lines={line} />
      </div>
      <aside className="wide">
        <h2>{`${of.flight.dock_name || of.flight.dock} · ${full(of.flight.began)}`}</h2>
        <Screen ref={video} label={t("video-of-flight")} src={`/api/flights/${of.flight.id}/video`} boxesFor={boxesFor} onFrame={(f) => setAt(Math.round(f.mediaTime / mapEvery) * mapEvery)} onLost={() => setLost(true)} />
        <div className="bar">
          <Button aria-label={t(playing ? "stop" : "play")} icon={playing ? <PauseOutlined /> : <CaretRightOutlined />} onClick={() => (playing ? video.current!.pause() : void video.current!.play())} />
          <Slider className="grow" ariaLabelForHandle={t("video-of-flight")} min={0} max={of.flight.seconds} step={mapEvery} value={at} onChange={(s) => (video.current!.currentTime = s)} tooltip={{ formatter: (s) => minutes(s ?? 0) }} />
          <span>{`${minutes(at)} / ${minutes(of.flight.seconds)}`}</span>
          <Select value={speed} aria-label={t("speed")} options={[0.5, 1, 2, 4, 8].map((v) => ({ value: v, label: `${v} ×` }))} onChange={setSpeed} />
        </div>
        {lost && <Alert type="warning" showIcon title={t("video-lost")} />}
        <p className="hint">{full(new Date(new Date(of.flight.zero).getTime() + at * 1000))}</p>
        {pose && <p className="hint">{`${pose.lat.toFixed(6)}, ${pose.lon.toFixed(6)} · ${pose.height_m.toFixed(0)} m · ${Math.round((pose.yaw + 360) % 360)}° · ${Math.round(pose.pitch)}°`}</p>}
      </aside>
    </main>
  );
}
