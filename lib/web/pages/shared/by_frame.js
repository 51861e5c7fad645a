/**
 * Gives a function that has `draw` called once in the browser's next frame, however often it is called until then.
 * In a tab that nobody sees there is no next frame until somebody looks.
 *
 * @param {() => void} draw
 */
export function byFrame(draw) {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      draw();
    });
  };
}
