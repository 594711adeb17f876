package dev.mindfulcode.ingestservice;

/** The parsers of all formats of uploads. */
record UploadReaders(UploadReader json, UploadReader avro) {

    static UploadReaders standard() {
        return new UploadReaders(new JsonUploadReader(), new AvroUploadReader());
    }
}
