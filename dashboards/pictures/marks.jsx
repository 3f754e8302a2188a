// Annotations: where a query of the board has a sample, a dashed line with a triangle, as Grafana draws them.

export function marksOf({ marks }, theme) {
  return marks.flatMap(({ colour, result }) =>
    result.flatMap(({ values }) => values.map(([time]) => ({ time: time * 1000, colour: theme.visualization.getColorByName(colour) })))
  );
}

// For uPlot, which draws the lines.
export const drawMarks = (marks) => (plot) => {
  const { ctx, bbox } = plot;
  const pixel = window.devicePixelRatio;
  ctx.save();
  for (const { time, colour } of marks) {
    const x = plot.valToPos(time, 'x', true);
    const bottom = bbox.top + bbox.height;
    ctx.strokeStyle = ctx.fillStyle = colour;
    ctx.lineWidth = 2 * pixel;
    ctx.setLineDash([5 * pixel, 5 * pixel]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bottom);
    ctx.stroke();
    ctx.beginPath();
    ctx.moveTo(x, bottom);
    ctx.lineTo(x - 5 * pixel, bottom + 6 * pixel);
    ctx.lineTo(x + 5 * pixel, bottom + 6 * pixel);
    ctx.fill();
  }
  ctx.restore();
};
