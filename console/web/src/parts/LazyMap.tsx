import { Spin } from "antd";
import { type ComponentProps, lazy, Suspense } from "react";

const CityMap = lazy(() => import("./Map"));

/** The map; its library is loaded when a map is shown, after the page. */
export const LazyMap = (props: ComponentProps<typeof CityMap>) => (
  <Suspense fallback={<Spin className="map-waits" />}>
    <CityMap {...props} />
  </Suspense>
);
