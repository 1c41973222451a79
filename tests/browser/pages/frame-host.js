// As docs/embedding.md says: a frame is as high as what is in it wishes.
addEventListener("message", ({ source, data }) => {
  if (data?.type !== "counterpoint:size") return;
  for (const frame of document.querySelectorAll("iframe")) {
    if (frame.contentWindow === source) frame.height = data.height;
  }
});
