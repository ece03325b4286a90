"""What all that is made is marked with: the project's name, whichever server it is."""

OURS = "bedrock-spend"
