package dev.mindfulcode.ingestservice;

/** The formats in which uploads come. */
record UploadReaders(UploadReader json, UploadReader avro) {

    static UploadReaders standard() {
        return new UploadReaders(new JsonUploadReader(), new AvroUploadReader());
    }
}
