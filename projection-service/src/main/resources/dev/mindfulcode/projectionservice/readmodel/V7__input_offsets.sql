-- Of the topics that flow-stream writes: the offset of the partition of keystrokes with the same number below which all keystrokes are included in
-- what has been applied. Null until a progress marker was read.
ALTER TABLE projection_offsets ADD COLUMN input_offset bigint;
