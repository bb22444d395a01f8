// Where the row of pages is longer than the screen, the current one is in sight.

document.querySelector(".pages [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
