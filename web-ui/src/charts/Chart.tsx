import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use, type EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import { bytes, bytesPerSecond, percent } from '../common/format';
import { THEME_CHANGED } from '../shell/theme';
import { scaleOf, type ChartGroup } from './chartGroups';

use([LineChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

const FORMATS: Record<string, (value: number) => string> = {
  ratio: percent,
  bytes,
  bytes_per_second: bytesPerSecond,
  per_second: (value) => `${Math.round(value)}/s`,
};

/** A line chart over time. It follows the theme and the size of its place. */
export default function Chart({ group }: { group: ChartGroup }) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(null);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const drawn = init(element);
    chart.current = drawn;
    const resized = new ResizeObserver(() => drawn.resize());
    resized.observe(element);
    return () => {
      resized.disconnect();
      drawn.dispose();
    };
  }, []);

  useEffect(() => {
    const draw = () => chart.current?.setOption(options(group), { notMerge: true });
    draw();
    window.addEventListener(THEME_CHANGED, draw);
    return () => window.removeEventListener(THEME_CHANGED, draw);
  }, [group]);

  return <div ref={place} className="kv-chart" role="img" aria-label={`${group.title} over time`} />;
}

function options(group: ChartGroup) {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const text = token('--kv-text-subtle');
  const line = token('--kv-border');
  const format = FORMATS[group.unit] ?? String;
  return {
    animation: false,
    color: [token('--kv-chart-1'), token('--kv-chart-2')],
    grid: { left: 72, right: 16, top: group.series.length > 1 ? 30 : 12, bottom: 24 },
    legend:
      group.series.length > 1
        ? { top: 0, right: 8, textStyle: { color: text }, itemWidth: 14, itemHeight: 4 }
        : undefined,
    tooltip: {
      trigger: 'axis',
      valueFormatter: (value: unknown) => format(Number(value)),
      backgroundColor: token('--kv-surface'),
      borderColor: line,
      textStyle: { color: token('--kv-text') },
    },
    xAxis: {
      type: 'time',
      axisLabel: { color: text, hideOverlap: true },
      axisLine: { lineStyle: { color: line } },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      min: 0,
      ...scaleOf(group),
      axisLabel: { color: text, formatter: (value: number) => format(value) },
      splitLine: { lineStyle: { color: line } },
    },
    series: group.series.map((series) => ({
      type: 'line',
      name: series.label,
      data: series.points,
      showSymbol: series.points.length < 2,
      lineStyle: { width: 1.6 },
      areaStyle: { opacity: 0.12 },
      sampling: 'lttb',
    })),
  };
}
