package cloudapi

// Payloads of third parties, speakers, and custom data.

// AudioFormat is a value of format.
type AudioFormat string

// Values of AudioFormat.
const (
	AudioFormatPCM AudioFormat = "pcm" // PCM format
)

// SpeakerPlayMode is a value of play_mode.
type SpeakerPlayMode int

// Values of SpeakerPlayMode.
const (
	SpeakerPlayModeSinglePlay SpeakerPlayMode = 0
	SpeakerPlayModeLoopPlay   SpeakerPlayMode = 1
)

// StorageModule is a value of module.
type StorageModule int

// Values of StorageModule.
const (
	StorageModuleMedia           StorageModule = 0
	StorageModulePSDKUIResources StorageModule = 1
)

// CustomDataTransmissionFromESDK is the data of custom_data_transmission_from_esdk (events).
type CustomDataTransmissionFromESDK struct {
	Value string `json:"value"`
	Bag
}

// CustomDataTransmissionFromPSDK is the data of custom_data_transmission_from_psdk (events).
type CustomDataTransmissionFromPSDK struct {
	Value string `json:"value"`
	Bag
}

// CustomDataTransmissionToESDK is the data of custom_data_transmission_to_esdk (services).
type CustomDataTransmissionToESDK struct {
	Value string `json:"value"`
	Bag
}

// CustomDataTransmissionToPSDK is the data of custom_data_transmission_to_psdk (services).
type CustomDataTransmissionToPSDK struct {
	Value string `json:"value"`
	Bag
}

// PSDKFloatingWindowText is the data of psdk_floating_window_text (events).
type PSDKFloatingWindowText struct {
	PSDKIndex int    `json:"psdk_index"`
	Value     string `json:"value"`
	Bag
}

// PSDKInputBoxTextSet is the data of psdk_input_box_text_set (services).
type PSDKInputBoxTextSet struct {
	PSDKIndex int    `json:"psdk_index"`
	Value     string `json:"value"` // B
	Bag
}

// PSDKUIResourceUploadResult is the data of psdk_ui_resource_upload_result (events).
type PSDKUIResourceUploadResult struct {
	PSDKIndex int    `json:"psdk_index"`
	ObjectKey string `json:"object_key"`
	Size      int    `json:"size"` // B
	Result    int    `json:"result"`
	Bag
}

// PSDKWidgetValueSet is the data of psdk_widget_value_set (services).
type PSDKWidgetValueSet struct {
	PSDKIndex int `json:"psdk_index"`
	Index     int `json:"index"`
	Value     int `json:"value"`
	Bag
}

// AudioFile is file of SpeakerAudioPlayStart.
type AudioFile struct {
	Name   string      `json:"name"`
	URL    string      `json:"url"`
	MD5    string      `json:"md5"`
	Format AudioFormat `json:"format"`
	Bag
}

// SpeakerAudioPlayStart is the data of speaker_audio_play_start (services).
type SpeakerAudioPlayStart struct {
	PSDKIndex int       `json:"psdk_index"`
	File      AudioFile `json:"file"`
	Bag
}

// SpeakerAudioOutput is output of SpeakerAudioPlayStartProgress and others.
type SpeakerAudioOutput struct {
	PSDKIndex int                `json:"psdk_index"`
	Status    JobStatus          `json:"status"`
	MD5       string             `json:"md5"`
	Progress  DRCSpeakerProgress `json:"progress"`
	Bag
}

// SpeakerAudioPlayStartProgress is the data of speaker_audio_play_start_progress (events).
type SpeakerAudioPlayStartProgress struct {
	Result int                `json:"result"`
	Output SpeakerAudioOutput `json:"output"`
	Bag
}

// SpeakerPlayModeSet is the data of speaker_play_mode_set (services).
type SpeakerPlayModeSet struct {
	PSDKIndex int             `json:"psdk_index"`
	PlayMode  SpeakerPlayMode `json:"play_mode"`
	Bag
}

// SpeakerPlayStop is the data of speaker_play_stop (services).
type SpeakerPlayStop struct {
	PSDKIndex int `json:"psdk_index"`
	Bag
}

// SpeakerPlayVolumeSet is the data of speaker_play_volume_set (services).
type SpeakerPlayVolumeSet struct {
	PSDKIndex  int `json:"psdk_index"`
	PlayVolume int `json:"play_volume"`
	Bag
}

// SpeakerReplay is the data of speaker_replay (services).
type SpeakerReplay struct {
	PSDKIndex int `json:"psdk_index"`
	Bag
}

// SpeakerTTSPlayStart is the data of speaker_tts_play_start (services).
type SpeakerTTSPlayStart struct {
	PSDKIndex int             `json:"psdk_index"`
	TTS       *SpeechSettings `json:"tts,omitzero"`
	Bag
}

// SpeakerTTSPlayStartProgress is the data of speaker_tts_play_start_progress (events).
type SpeakerTTSPlayStartProgress struct {
	Result int                `json:"result"`
	Output SpeakerAudioOutput `json:"output"`
	Bag
}

// StorageConfigGetRequest is the data of storage_config_get (requests).
type StorageConfigGetRequest struct {
	Module StorageModule `json:"module"`
	Bag
}

// StorageConfig is output of StorageConfigGetRequestReply.
type StorageConfig struct {
	Bucket          string      `json:"bucket"`
	Credentials     Credentials `json:"credentials"`
	Endpoint        string      `json:"endpoint"`
	Provider        Provider    `json:"provider"`
	Region          string      `json:"region"`
	ObjectKeyPrefix string      `json:"object_key_prefix"`
	Bag
}

// StorageConfigGetRequestReply is the data of storage_config_get (requests_reply).
type StorageConfigGetRequestReply struct {
	Bucket          *string       `json:"bucket,omitzero"`
	Credentials     *Credentials  `json:"credentials,omitzero"`
	Endpoint        *string       `json:"endpoint,omitzero"`
	Provider        *Provider     `json:"provider,omitzero"`
	Region          *string       `json:"region,omitzero"`
	ObjectKeyPrefix *string       `json:"object_key_prefix,omitzero"`
	Result          int           `json:"result"`
	Output          StorageConfig `json:"output"`
	Bag
}
