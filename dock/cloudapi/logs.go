package cloudapi

// Log files of docks and aircraft.

// Provider is a value of provider.
type Provider string

// Values of Provider.
const (
	ProviderAli   Provider = "ali" // Alibaba Cloud
	ProviderAws   Provider = "aws" // Amazon Cloud
	ProviderMinio Provider = "minio"
)

// FileUploadAction is a value of status.
type FileUploadAction string

// Values of FileUploadAction.
const (
	FileUploadActionCancel FileUploadAction = "cancel"
)

// FileUploadList is the data of fileupload_list (services).
type FileUploadList struct {
	ModuleList []string `json:"module_list"`
	Bag
}

// LogEntry is list of LogFiles and others.
type LogEntry struct {
	BootIndex int    `json:"boot_index"`
	StartTime *int64 `json:"start_time,omitzero"` // s
	EndTime   *int64 `json:"end_time,omitzero"`   // s
	Size      *int   `json:"size,omitzero"`
	EndIme    *int   `json:"end_ime,omitzero"`
	Bag
}

// LogFiles is files of FileUploadListReply.
type LogFiles struct {
	DeviceSN string     `json:"device_sn"`
	Result   int        `json:"result"`
	Module   Loose      `json:"module"`
	List     []LogEntry `json:"list"`
	Bag
}

// FileUploadListReply is the data of fileupload_list (services_reply).
type FileUploadListReply struct {
	Files  []LogFiles `json:"files"`
	Result int        `json:"result"`
	Bag
}

// LogUploadProgress is progress of LogUploadFile.
type LogUploadProgress struct {
	Progress    *int   `json:"progress,omitzero"`
	FinishTime  int64  `json:"finish_time"`
	UploadRate  int    `json:"upload_rate"`
	Prgress     *int   `json:"prgress,omitzero"`
	CurrentStep int    `json:"current_step"`
	Result      int    `json:"result"`
	Status      string `json:"status"`
	TotalStep   *int   `json:"total_step,omitzero"`
	Bag
}

// LogUploadFile is files of LogUploadExt.
type LogUploadFile struct {
	Module      Loose             `json:"module"`
	Size        int               `json:"size"`
	DeviceSN    string            `json:"device_sn"`
	Key         string            `json:"key"`
	Fingerprint string            `json:"fingerprint"`
	Progress    LogUploadProgress `json:"progress"`
	Bag
}

// LogUploadExt is ext of LogUploadOutput.
type LogUploadExt struct {
	Files []LogUploadFile `json:"files"`
	Bag
}

// LogUploadOutput is output of FileUploadProgress.
type LogUploadOutput struct {
	Ext    LogUploadExt `json:"ext"`
	Status string       `json:"status"`
	Bag
}

// LogUploadFlatFile is files of LogUploadFlatExt.
type LogUploadFlatFile struct {
	Module      Loose   `json:"module,omitzero"`
	Size        *int    `json:"size,omitzero"`
	DeviceSN    *string `json:"device_sn,omitzero"`
	Key         *string `json:"key,omitzero"`
	Fingerprint *string `json:"fingerprint,omitzero"`
	Progress    *Empty  `json:"progress,omitzero"`
	Bag
}

// LogUploadFlatExt is ext of FileUploadProgress.
type LogUploadFlatExt struct {
	Files []LogUploadFlatFile `json:"files,omitzero"`
	Bag
}

// FileUploadProgress is the data of fileupload_progress (events).
type FileUploadProgress struct {
	Result *int              `json:"result,omitzero"`
	Output LogUploadOutput   `json:"output"`
	Ext    *LogUploadFlatExt `json:"ext,omitzero"`
	Bag
}

// Credentials is credentials of FileUploadStart and others.
type Credentials struct {
	AccessKeyID     *string `json:"access_key_id,omitzero"`
	AccessKeySecret *string `json:"access_key_secret,omitzero"`
	Expire          *int64  `json:"expire,omitzero"` // s
	SecurityToken   *string `json:"security_token,omitzero"`
	Bag
}

// LogUploadRequestFile is files of LogUploadParams.
type LogUploadRequestFile struct {
	ObjectKey string     `json:"object_key"`
	Module    string     `json:"module"`
	List      []LogEntry `json:"list"`
	Bag
}

// LogUploadParams is params of FileUploadStart.
type LogUploadParams struct {
	Files []LogUploadRequestFile `json:"files"`
	Bag
}

// FileUploadStart is the data of fileupload_start (services).
type FileUploadStart struct {
	Bucket      string          `json:"bucket"`
	Region      string          `json:"region"`
	Credentials Credentials     `json:"credentials"`
	Endpoint    string          `json:"endpoint"`
	Provider    Provider        `json:"provider"`
	Params      LogUploadParams `json:"params"`
	Bag
}

// FileUploadUpdate is the data of fileupload_update (services).
type FileUploadUpdate struct {
	Status     FileUploadAction `json:"status"`
	ModuleList []string         `json:"module_list"`
	Bag
}
