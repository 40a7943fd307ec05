"""Signs what a build has made, and hands it out: images, charts, bills of materials."""
